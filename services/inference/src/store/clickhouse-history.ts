import type { ClickHouse, MapBatch } from '@millrace/clickhouse';
import {
  ClickHouseSink,
  decodedBatch,
  migrate,
  modelPromotionsTable,
  outcomesTable,
  predictionsTable,
  row,
  sinkFetching,
} from '@millrace/clickhouse';
import type { EventBus, EventsLog } from '@millrace/events';
import { BatchConsumer } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { fileURLToPath } from 'node:url';
import type { InferenceMetrics } from '../flow/inference-metrics.ts';

const group = 'inference-history';
const migrations = fileURLToPath(new URL('../../../../infra/clickhouse/migrations', import.meta.url));
const stored = [topics['inference.predictions'], topics['registry.model-promoted'], topics.outcomes] as const;

/**
 * Predictions, promotions and outcomes in ClickHouse, each once. A group of its own: scoring never waits for
 * ClickHouse, whatever becomes of it.
 */
export class ClickHouseHistory {
  readonly #consumer: BatchConsumer;

  private constructor(consumer: BatchConsumer) {
    this.#consumer = consumer;
  }

  static async start(
    bus: EventBus,
    options: { readonly clickhouse: ClickHouse; readonly metrics: InferenceMetrics; readonly log: EventsLog },
  ): Promise<ClickHouseHistory> {
    const { clickhouse, metrics, log } = options;
    await migrate(clickhouse, migrations, log);
    await bus.topics.ensure(stored);
    const sink = new ClickHouseSink({
      inserter: clickhouse,
      group: bus.topics.name(group),
      map: mapper(bus),
      hooks: {
        onFlush: ({ rows }) => metrics.stored(rows),
        onStage: (stage) => crashPoint(`inference.history-${stage}`),
      },
    });
    const consumer = new BatchConsumer(bus, {
      group,
      topics: stored.map((topic) => bus.topics.name(topic.name)),
      handler: sink,
      ...sinkFetching,
      hooks: { onDeadLetter: ({ reason }) => metrics.deadLettered(group, reason) },
    });
    await consumer.start();
    return new ClickHouseHistory(consumer);
  }

  /** Why history is not being written, null while it is. */
  get stoppedBy(): string | null {
    return this.#consumer.status.stoppedBy?.message ?? null;
  }

  /** Records that are not in ClickHouse yet, of the partitions held by this instance. */
  get lag(): number {
    return this.#consumer.status.lag;
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }
}

function mapper(bus: EventBus): MapBatch {
  const maps = new Map<string, MapBatch>([
    [
      bus.topics.name(topics['inference.predictions'].name),
      decodedBatch(bus.readerFor(topics['inference.predictions']), (prediction) => ({
        identity: prediction,
        rows: [row(predictionsTable, prediction)],
      })),
    ],
    [
      bus.topics.name(topics['registry.model-promoted'].name),
      decodedBatch(bus.readerFor(topics['registry.model-promoted']), (promoted) => ({
        identity: promoted,
        rows: [row(modelPromotionsTable, promoted)],
      })),
    ],
    [
      bus.topics.name(topics.outcomes.name),
      decodedBatch(bus.readerFor(topics.outcomes), (outcome) => {
        if (outcome.source === '' || outcome.sourceEventId === '') {
          return { poison: 'no-event', message: 'the outcome does not say which event of which source it belongs to' };
        }
        if (!Number.isFinite(outcome.label)) {
          return { poison: 'label-not-finite', message: `the label is ${String(outcome.label)}` };
        }
        return { identity: null, rows: [row(outcomesTable, outcome)] };
      }),
    ],
  ]);
  return (batch) => {
    const map = maps.get(batch.topic);
    if (map === undefined) throw new Error(`no table takes the records of topic "${batch.topic}"`);
    return map(batch);
  };
}
