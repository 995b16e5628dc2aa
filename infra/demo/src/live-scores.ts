import { BatchConsumer } from '@millrace/events';
import type { EventBus, HandleResult, PartitionBatch, PartitionHandler } from '@millrace/events';
import { topics } from '@millrace/schemas';
import type { Prediction } from '@millrace/schemas';
import { areaUnderRoc, quantileOfSorted } from '@millrace/stats';

export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface LiveFigures {
  readonly scored: number;
  readonly failed: number;
  readonly modelVersions: readonly string[];
  /** From the payment's own record to its score, over the payments scored since the last question; null when none was. */
  readonly latencyMs: LatencyMs | null;
  readonly outcomes: number;
  readonly auc: number | null;
}

/** Follows the endpoint's predictions and joins them with the outcomes that the demo itself publishes. */
export class LiveScores implements PartitionHandler {
  readonly #endpoint: string;
  readonly #consumer: BatchConsumer;
  readonly #decode: (batch: PartitionBatch) => Promise<Prediction[]>;
  /** Scores whose outcome has not come: a week's worth of payments. */
  readonly #waiting = new Map<string, number>();
  readonly #early = new Map<string, number>();
  readonly #versions = new Set<string>();
  readonly #scores: number[] = [];
  readonly #labels: number[] = [];
  readonly #allLatencies: number[] = [];
  #latencies: number[] = [];
  #scored = 0;
  #failed = 0;

  constructor(bus: EventBus, endpoint: string) {
    this.#endpoint = endpoint;
    const reader = bus.readerFor(topics['inference.predictions']);
    this.#decode = async ({ records }) =>
      (await reader.decodeBatch(records)).flatMap((result) => (result.ok ? [result.value] : []));
    this.#consumer = new BatchConsumer(bus, {
      group: `demo.${endpoint}`,
      topics: [bus.topics.name(topics['inference.predictions'].name)],
      handler: this,
    });
  }

  start(): Promise<void> {
    return this.#consumer.start();
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async handle(batch: PartitionBatch): Promise<HandleResult> {
    for (const prediction of await this.#decode(batch)) {
      if (prediction.endpoint !== this.#endpoint || prediction.requestId !== null) continue;
      if (!batch.watermarks.accept(prediction)) continue;
      this.#count(prediction);
    }
    return {};
  }

  /** The outcome of a payment became known; one that was never scored waits in vain and is forgotten. */
  learn(transactionId: string, label: number): void {
    const score = this.#waiting.get(transactionId);
    if (score === undefined) {
      this.#early.set(transactionId, label);
      return;
    }
    this.#waiting.delete(transactionId);
    this.#judge(score, label);
  }

  get scored(): number {
    return this.#scored;
  }

  figures(): LiveFigures {
    const latencies = Float64Array.from(this.#latencies).sort();
    this.#latencies = [];
    return {
      scored: this.#scored,
      failed: this.#failed,
      modelVersions: [...this.#versions],
      latencyMs: quantiles(latencies),
      outcomes: this.#labels.length,
      auc: areaUnderRoc({ scores: this.#scores, labels: this.#labels }),
    };
  }

  /** Over everything that was scored while this followed. */
  get overallLatencyMs(): LatencyMs | null {
    return quantiles(Float64Array.from(this.#allLatencies).sort());
  }

  #count({ sourceEventId, score, modelVersion, scoredAtMs, sourceTimestampMs }: Prediction): void {
    this.#scored += 1;
    this.#versions.add(modelVersion);
    if (score === null || sourceEventId === null) {
      this.#failed += 1;
      return;
    }
    this.#latencies.push(scoredAtMs - sourceTimestampMs);
    this.#allLatencies.push(scoredAtMs - sourceTimestampMs);
    const label = this.#early.get(sourceEventId);
    if (label === undefined) this.#waiting.set(sourceEventId, score);
    else {
      this.#early.delete(sourceEventId);
      this.#judge(score, label);
    }
  }

  #judge(score: number, label: number): void {
    this.#scores.push(score);
    this.#labels.push(label);
  }
}

function quantiles(sorted: Float64Array): LatencyMs | null {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => quantileOfSorted(sorted, q));
  return p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 };
}
