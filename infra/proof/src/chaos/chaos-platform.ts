import { testNamespace, type ServiceProcess, type StackServers } from '@millrace/testing';
import type { PaymentFeed } from '../payments/payment-feed.ts';
import { ScoredPayments } from '../payments/scored-payments.ts';
import type { PredictionLedger } from '../run/prediction-ledger.ts';
import type { ProofPlatform } from '../run/proof-platform.ts';
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

/** The stream of scored payments with two instances of whatever handles it, to be killed. */
export class ChaosPlatform implements AsyncDisposable {
  readonly servers: StackServers;
  readonly casualties = new Casualties();
  readonly instances: Readonly<Record<Mortal, readonly ServiceProcess[]>>;
  readonly #stream: ScoredPayments;

  private constructor(
    stream: ScoredPayments,
    parts: { servers: StackServers; instances: Record<Mortal, readonly ServiceProcess[]> },
  ) {
    this.#stream = stream;
    this.servers = parts.servers;
    this.instances = parts.instances;
  }

  static async start({ report, servers, payments, seed, stopMerges }: ChaosOptions): Promise<ChaosPlatform> {
    const namespace = testNamespace(servers.addresses);
    const stream = await ScoredPayments.start({ report, namespace, payments, seed });
    try {
      const { services, clickhouse } = stream.platform;
      const [features, inference] = await Promise.all([services.launch('features'), services.launch('inference')]);
      await Promise.all([features.ready(), inference.ready()]);
      if (stopMerges) await clickhouse.command('SYSTEM STOP MERGES');
      const instances = {
        features: [services.get('features'), features],
        inference: [services.get('inference'), inference],
      };
      return new ChaosPlatform(stream, { servers, instances });
    } catch (error) {
      await stream[Symbol.asyncDispose]();
      throw error;
    }
  }

  get platform(): ProofPlatform {
    return this.#stream.platform;
  }

  get report(): ProofReport {
    return this.#stream.platform.report;
  }

  get feed(): PaymentFeed {
    return this.#stream.feed;
  }

  get ledger(): PredictionLedger {
    return this.#stream.ledger;
  }

  predicted(): Promise<boolean> {
    return this.#stream.predicted();
  }

  readOn(): Promise<void> {
    return this.#stream.readOn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stream[Symbol.asyncDispose]();
  }
}
