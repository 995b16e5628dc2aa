import { ClickHouse, identifier, migrate, ownMigrations } from '@millrace/clickhouse';
import { testNamespace } from '@millrace/testing';
import type { StoredPrediction } from './in-memory-history.ts';

/** For this service's own tests: a migrated database of its own on the running stack. */
export async function migratedClickHouse(
  env: Readonly<Record<string, string>> = testNamespace().env,
): Promise<{ clickhouse: ClickHouse; drop: () => Promise<void> }> {
  const database = env['MILLRACE_CLICKHOUSE_DATABASE'] ?? '';
  const clickhouse = new ClickHouse({
    url: env['MILLRACE_CLICKHOUSE_URL'] ?? '',
    database,
    username: env['MILLRACE_CLICKHOUSE_USERNAME'] ?? 'default',
    password: env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
  });
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  const drop = async (): Promise<void> => {
    await clickhouse.command(`DROP DATABASE IF EXISTS ${identifier(database)}`);
    await clickhouse.close();
  };
  return { clickhouse, drop };
}

export interface StoreOptions {
  /** Position of the first one in its source topic: ids are made of it. */
  readonly firstOffset?: number;
}

/** Stores predictions and their outcomes as the sinks do. */
export async function storePredictions(
  clickhouse: ClickHouse,
  predictions: readonly StoredPrediction[],
  { firstOffset = 0 }: StoreOptions = {},
): Promise<void> {
  const placed = predictions.map((prediction, i) => ({ prediction, offset: firstOffset + i }));
  await clickhouse.insert(
    'predictions',
    placed.map(({ prediction, offset }) => predictionRow(prediction, offset)),
  );
  await storeOutcomes(clickhouse, predictions, { firstOffset });
}

export async function storeOutcomes(
  clickhouse: ClickHouse,
  predictions: readonly StoredPrediction[],
  { firstOffset = 0 }: StoreOptions = {},
): Promise<void> {
  const outcomes = predictions.flatMap((prediction, i) => {
    const { label, corrections = 0, eventTimeMs } = prediction;
    if (label === undefined) return [];
    const id = `tx-${firstOffset + i}`;
    // Every outcome before the last one said the opposite.
    return Array.from({ length: corrections + 1 }, (_, k) => ({
      event_id: `outcome-${id}-${k}`,
      source: 'transactions',
      source_event_id: id,
      label: k === corrections ? label : 1 - label,
      event_time: iso(eventTimeMs),
      observed_at: iso(eventTimeMs + 1000 * (k + 1)),
    }));
  });
  await clickhouse.insert('outcomes', outcomes);
}

function predictionRow(prediction: StoredPrediction, offset: number): Record<string, unknown> {
  const { endpoint, eventTimeMs, score, numbers, strings = {}, partition = 0, requested = false } = prediction;
  const sourceTopic = requested ? 'rest' : 'transactions';
  const sourceMs = Date.UTC(2026, 0, 1) + offset;
  return {
    event_id: `${endpoint}|${sourceTopic}|1|${partition}|${offset}`,
    lane: endpoint,
    source_topic: sourceTopic,
    generation: 1,
    source_partition: partition,
    source_offset: offset,
    endpoint,
    request_id: requested ? `request-${offset}` : null,
    source_event_id: requested ? null : `tx-${offset}`,
    event_time: iso(eventTimeMs),
    source_timestamp: iso(sourceMs),
    feature_service: 'fraud',
    feature_service_version: 1,
    model: 'fraud',
    model_version: prediction.modelVersion ?? '1',
    artifact_hash: 'hash',
    status: score === null ? 'error' : 'ok',
    error: score === null ? 'failed' : null,
    score,
    numbers: Object.values(numbers).map((value) => (Number.isNaN(value) ? 'nan' : value)),
    strings: Object.values(strings),
    vector_at: iso(sourceMs),
    scored_at: iso(prediction.scoredAtMs ?? sourceMs + (prediction.endToEndMs ?? 5)),
    duration_us: Math.round((prediction.scoringMs ?? 1) * 1000),
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
