import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@millrace/events';
import type { TestNamespace } from '@millrace/testing';
import { PredictionLedger } from '../run/prediction-ledger.ts';
import { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { makePayments } from './make-payments.ts';
import { featureCount, paymentDefinitions, serviceName } from './payment.ts';
import { PaymentFeed } from './payment-feed.ts';

export interface ScoredPaymentsOptions {
  readonly report: ProofReport;
  readonly namespace: TestNamespace;
  /** Payments that there are to send. */
  readonly payments: number;
  readonly seed: number;
}

const longestSilenceMs = 120_000;
export const endpointName = 'payments';

/** A platform that scores payments with a linear model, its producer, and what it has predicted. */
export class ScoredPayments implements AsyncDisposable {
  readonly platform: ProofPlatform;
  readonly feed: PaymentFeed;
  readonly ledger: PredictionLedger;

  private constructor(platform: ProofPlatform, feed: PaymentFeed) {
    this.platform = platform;
    this.feed = feed;
    this.ledger = new PredictionLedger(platform.bus);
  }

  static async start({ report, namespace, payments, seed }: ScoredPaymentsOptions): Promise<ScoredPayments> {
    const platform = await ProofPlatform.startIn(namespace, {
      report,
      names: ['tracking', 'registry', 'features', 'inference', 'drift', 'gateway'],
      env: { MILLRACE_FEATURES_HISTORY_WAIT_MS: '300', MILLRACE_FEATURES_PARITY_INTERVAL_MS: '2000' },
    });
    try {
      const topic = `${namespace.topicPrefix}payments`;
      const feed = await PaymentFeed.create(platform.bus, { topic, payments: makePayments(payments, seed) });
      await define(platform, topic);
      return new ScoredPayments(platform, feed);
    } catch (error) {
      await platform[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.platform[Symbol.asyncDispose]();
  }

  /** Until every payment sent so far has its prediction; false when nothing has come for too long. */
  async predicted(): Promise<boolean> {
    const wanted = this.feed.sent;
    let lastSize = -1;
    let lastAt = Date.now();
    for (;;) {
      await this.readOn();
      if (this.ledger.size >= wanted) return true;
      if (this.ledger.size > lastSize) [lastSize, lastAt] = [this.ledger.size, Date.now()];
      else if (Date.now() - lastAt > longestSilenceMs) return false;
      await sleep(200);
    }
  }

  /** The servers that are read from may be dead at the moment. */
  async readOn(): Promise<void> {
    try {
      await this.ledger.readOn();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }
}

async function define(platform: ProofPlatform, topic: string): Promise<void> {
  await platform.http.post('/api/v1/definitions', paymentDefinitions(topic));
  await platform.http.post('/api/v1/endpoints', {
    name: endpointName,
    featureService: serviceName,
    model: { name: 'linear', target: 'alias:champion' },
    startFrom: 'beginning',
  });
  await platform.python('register_models.py', {
    name: 'linear',
    features: featureCount,
    versions: 1,
    promote: 'champion',
  });
  await platform.until('the endpoint to be active', 60_000, async () => {
    const { state } = (await platform.http.get(`/api/v1/endpoints/${endpointName}`)) as { state: string };
    return state === 'active';
  });
}
