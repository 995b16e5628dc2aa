import type { ClickHouse, MapBatch } from '@millrace/clickhouse';
import {
  ClickHouseSink,
  decodedBatch,
  migrate,
  modelPromotionsTable,
  outcomesTable,
  ownMigrations,
  predictionsTable,
  row,
  sinkFetching,
} from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { BatchConsumer } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { crashPoint, startBeside, untilAvailable, type KitParts } from '@millrace/service-kit';
import type { InferenceMetrics } from '../flow/inference-metrics.ts';

const group = 'inference-history';
const stored = [topics['inference.predictions'], topics['registry.model-promoted'], topics.outcomes] as const;

/** Where predictions, promotions and outcomes are kept, and what tells of it. */
export interface HistoryParts {
  readonly kit: KitParts;
  readonly bus: EventBus;
  readonly clickhouse: ClickHouse;
  readonly metrics: InferenceMetrics;
}

/**
 * Starts to store predictions, promotions and outcomes in ClickHouse, each once. A group of its own: scoring never waits for
 * ClickHouse, whatever becomes of it.
 */
export async function startHistory({ kit, bus, clickhouse, metrics }: HistoryParts): Promise<void> {
  // Producers of outcomes may begin as soon as the service is ready.
  await untilAvailable(kit.log, 'topics', () => bus.topics.ensure(stored));
  const sink = new ClickHouseSink({
    inserter: clickhouse,
    group: bus.topics.name(group),
    map: mapper(bus),
    hooks: {
      onFlush: ({ rows }) => metrics.stored(rows),
      onStage: (stage) => crashPoint(`inference.history-${stage}`),
    },
  });
  const part = new BatchConsumer(bus, {
    group,
    topics: stored.map((topic) => bus.topics.name(topic.name)),
    handler: sink,
    ...sinkFetching,
    hooks: { onDeadLetter: ({ reason }) => metrics.deadLettered(group, reason) },
  });
  const prepare = () => migrate(clickhouse, ownMigrations, kit.log);
  const help =
    'Predictions, promotions and outcomes of the partitions held by this instance that are not in ClickHouse yet.';
  startBeside(kit, { part, title: 'history', check: 'history', prepare, lag: { name: 'history_lag_records', help } });
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
