import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@millrace/events';
import { testNamespace, type ServiceProcess, type StackServers } from '@millrace/testing';
import { makePayments } from '../payments/make-payments.ts';
import { featureCount, paymentDefinitions, serviceName } from '../payments/payment.ts';
import { PaymentFeed } from '../payments/payment-feed.ts';
import { PredictionLedger } from '../run/prediction-ledger.ts';
import { ProofPlatform } from '../run/proof-platform.ts';
import type { ProofReport } from '../run/proof-report.ts';
import { Casualties } from './casualties.ts';

export type Mortal = 'features' | 'inference';

export interface ChaosOptions {
  readonly report: ProofReport;
  /** Of a stack that nobody else uses: its servers are killed. */
  readonly servers: StackServers;
  /** Payments in all. */
  readonly payments: number;
  readonly seed: number;
  /** Keeps ClickHouse from merging repeats away before they are counted; a long run would have too many parts. */
  readonly stopMerges: boolean;
}

const longestSilenceMs = 120_000;

/** A platform with one source, one endpoint and two instances of whatever handles the stream, to be killed. */
export class ChaosPlatform implements AsyncDisposable {
  readonly platform: ProofPlatform;
  readonly servers: StackServers;
  readonly report: ProofReport;
  readonly feed: PaymentFeed;
  readonly ledger: PredictionLedger;
  readonly casualties = new Casualties();
  readonly instances: Readonly<Record<Mortal, readonly ServiceProcess[]>>;

  private constructor(parts: {
    platform: ProofPlatform;
    servers: StackServers;
    feed: PaymentFeed;
    instances: Record<Mortal, readonly ServiceProcess[]>;
  }) {
    this.platform = parts.platform;
    this.servers = parts.servers;
    this.report = parts.platform.report;
    this.feed = parts.feed;
    this.ledger = new PredictionLedger(parts.platform.bus);
    this.instances = parts.instances;
  }

  static async start({ report, servers, payments, seed, stopMerges }: ChaosOptions): Promise<ChaosPlatform> {
    const namespace = testNamespace(servers.addresses);
    const platform = await ProofPlatform.startIn(namespace, {
      report,
      names: ['tracking', 'registry', 'features', 'inference', 'drift', 'gateway'],
      env: { MILLRACE_FEATURES_HISTORY_WAIT_MS: '300', MILLRACE_FEATURES_PARITY_INTERVAL_MS: '2000' },
    });
    try {
      const { services } = platform;
      const [features, inference, feed] = await Promise.all([
        services.launch('features'),
        services.launch('inference'),
        PaymentFeed.create(platform.bus, `${namespace.topicPrefix}payments`, makePayments(payments, seed)),
      ]);
      await define(platform, feed.topic);
      await Promise.all([features.ready(), inference.ready()]);
      if (stopMerges) await platform.clickhouse.command(`SYSTEM STOP MERGES`);
      return new ChaosPlatform({
        platform,
        servers,
        feed,
        instances: {
          features: [services.get('features'), features],
          inference: [services.get('inference'), inference],
        },
      });
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
    name: 'chaos',
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
    const { state } = (await platform.http.get('/api/v1/endpoints/chaos')) as { state: string };
    return state === 'active';
  });
}
