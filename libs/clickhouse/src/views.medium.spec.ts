import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { eventId } from '@millrace/events';
import type { FeatureVector, ModelPromoted, Outcome, Prediction } from '@millrace/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, isolatedClickHouse } from './clickhouse-under-test.ts';
import { createWideViewStatement } from './ddl/wide-view.ts';
import { migrate } from './migrations/migrate.ts';
import { ownMigrations } from './migrations/own-migrations.ts';
import { sqlStatements } from './migrations/sql-statements.ts';
import { ByteWriter } from './row-binary/byte-writer.ts';
import type { Table } from './table.ts';
import { featureVectorsTable } from './tables/feature-tables.ts';
import { modelPromotionsTable, outcomesTable, predictionsTable } from './tables/prediction-tables.ts';

const { clickhouse, analyst: connectAnalyst, drop } = isolatedClickHouse();
const analyst = connectAnalyst();
const start = Date.UTC(2026, 2, 1);
const events = Array.from({ length: 40 }, (_, n) => n);

const identityOf = (lane: string, n: number) => {
  const identity = { lane, sourceTopic: 'payments', generation: 1, sourcePartition: n % 4, sourceOffset: n };
  return { ...identity, eventId: eventId(identity) };
};

const vector = (n: number): FeatureVector => ({
  ...identityOf('fraud@3', n),
  featureService: 'fraud',
  featureServiceVersion: 3,
  sourceEventId: `tx-${n}`,
  entities: { card: `c${n % 5}` },
  eventTimeMs: start + n * 3_600_000,
  sourceTimestampMs: start + n * 3_600_000 + 5,
  numbers: [n, n % 2, n % 4 === 0 ? Number.NaN : n / 10],
  strings: [n % 3 === 0 ? null : 'shop'],
  cuts: [{ partition: 0, offset: n, ownOffset: -1 }],
  builds: [1],
  behind: [],
  computedAtMs: start + n * 3_600_000 + 20,
});

const prediction = (n: number): Prediction => ({
  ...vector(n),
  ...identityOf('fraud-live', n),
  endpoint: 'fraud-live',
  requestId: null,
  vectorEventId: vector(n).eventId,
  model: 'fraud-model',
  modelVersion: n < 20 ? '1' : '2',
  artifactHash: 'ab12',
  status: n === 7 ? 'error' : 'ok',
  error: n === 7 ? 'model refused' : null,
  score: n === 7 ? null : n / 40,
  outputs: { probability: n / 40 },
  vectorAtMs: start + n * 3_600_000 + 20,
  scoredAtMs: start + n * 3_600_000 + 30,
  durationUs: 900,
});

const outcome = (n: number, label: number, hoursLater: number): Outcome => ({
  eventId: `o-${n}-${hoursLater}`,
  source: 'transactions',
  sourceEventId: `tx-${n}`,
  label,
  eventTimeMs: start + n * 3_600_000,
  observedAtMs: start + (n + hoursLater) * 3_600_000,
});

const promotion: ModelPromoted = {
  ...identityOf('registry', 4),
  model: 'fraud-model',
  version: '2',
  previousVersion: '1',
  target: 'alias:champion',
  artifactHash: 'ab12',
  artifactUri: 'artifacts:/ab12',
  runId: null,
  actor: 'ana',
  promotedAtMs: start,
  before: null,
  after: null,
};

const features = [
  { name: 'amount', kind: 'number', comment: 'Amount' },
  { name: 'merchant', kind: 'string', comment: "Merchant's kind" },
  { name: 'night', kind: 'boolean', comment: 'At night' },
  { name: 'event_time', kind: 'number', comment: 'A name that is taken' },
] as const;

async function store<T>(into: Table<T>, rows: readonly T[], token: string): Promise<void> {
  const writer = new ByteWriter();
  for (const row of rows) into.encoder.encode(writer, row);
  await clickhouse.insertBytes(into, writer.bytes(), token);
}

beforeAll(async () => {
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  await clickhouse.insert('sources', [
    { name: 'transactions', topic: 'payments', defined_at: new Date(start).toISOString() },
    { name: 'refunds', topic: 'refunds-topic', defined_at: new Date(start).toISOString() },
  ]);
  // Each twice under other tokens: what a crash after the deduplication window leaves behind.
  for (const token of ['first', 'again']) {
    await store(featureVectorsTable, events.map(vector), token);
    await store(predictionsTable, events.map(prediction), token);
    await store(
      outcomesTable,
      events.filter((n) => n % 2 === 0).map((n) => outcome(n, n > 25 ? 1 : 0, 24)),
      token,
    );
  }
  for (const token of ['promoted', 'again']) await store(modelPromotionsTable, [promotion], token);
  const { eventId: event_id, lane, sourceTopic: source_topic, sourceOffset: source_offset } = vector(3);
  const check = { event_id, lane, source_topic, generation: 1, source_partition: 3, source_offset, feature: '' };
  const equal = { served: '', recomputed: '', cause: 'equal', checked_at: new Date(start).toISOString() };
  await clickhouse.insert('feature_parity', [{ ...check, ...equal }]);
  const letter = { group: 'features.payments', topic: 'payments', generation: 1, partition: 0, offset: 41 };
  const at = { timestamp: new Date(start).toISOString(), buried_at: new Date(start).toISOString(), bytes: 9 };
  const why = { source_event_id: 'tx-41', reason: 'wrong-type', message: 'column amount: "x" is not a number' };
  for (const token of ['first', 'again'])
    await clickhouse.insert('dead_letters', [{ ...letter, ...why, ...at }], token);
  await store(outcomesTable, [outcome(4, 1, 48)], 'corrected');
  await clickhouse.command(
    createWideViewStatement(clickhouse, {
      name: 'v_fraud_v3',
      featureService: 'fraud',
      featureServiceVersion: 3,
      features,
      comment: "The fraud service's features",
    }),
  );
  await store(outcomesTable, [{ ...outcome(5, 1, 24), source: 'refunds' }], 'of another source');
});

afterAll(async () => {
  await analyst.close();
  await drop();
});

describe('the views for analysts', () => {
  it.each(['v_predictions', 'v_feature_vectors', 'v_predictions_with_outcomes'])(
    '%s holds each fact once',
    async (view) => {
      const row = await analyst.queryOne(`SELECT count() AS n, uniqExact(event_id) AS facts FROM ${view}`);
      expect(row).toEqual({ n: events.length, facts: events.length });
    },
  );

  it.each(['v_dead_letters', 'v_model_promotions', 'v_feature_parity'])('%s holds each fact once', async (view) => {
    expect(await analyst.queryOne(`SELECT count() AS n FROM ${view}`)).toEqual({ n: 1 });
  });

  it('join the newest outcome of the right source', async () => {
    const rows = await analyst.query<{ source_event_id: string; label: number | null; outcome_observed_at: string }>(
      `SELECT source_event_id, label, outcome_observed_at FROM v_predictions_with_outcomes
       WHERE source_event_id IN ('tx-4', 'tx-5', 'tx-6', 'tx-30') ORDER BY source_offset`,
    );
    expect(rows).toEqual([
      { source_event_id: 'tx-4', label: 1, outcome_observed_at: '2026-03-03T04:00:00.000Z' },
      { source_event_id: 'tx-5', label: null, outcome_observed_at: null },
      { source_event_id: 'tx-6', label: 0, outcome_observed_at: '2026-03-02T06:00:00.000Z' },
      { source_event_id: 'tx-30', label: 1, outcome_observed_at: '2026-03-03T06:00:00.000Z' },
    ]);
  });

  it('show one named column a feature, and can be made again', async () => {
    const view = { name: 'v_fraud_v3', featureService: 'fraud', featureServiceVersion: 3, features };
    await clickhouse.command(createWideViewStatement(clickhouse, { ...view, comment: "The fraud service's features" }));
    const rows = await analyst.query(
      'SELECT amount, merchant, night, feature_event_time FROM v_fraud_v3 ORDER BY amount LIMIT 2',
    );
    expect(rows).toEqual([
      { amount: 0, merchant: null, night: false, feature_event_time: null },
      { amount: 1, merchant: 'shop', night: true, feature_event_time: 0.1 },
    ]);
    const comments = await analyst.query(
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'v_fraud_v3' AND comment = ''",
    );
    expect(comments).toEqual([]);
  });

  it('name features whatever they are called, each by a name of its own', async () => {
    const named = (name: string, kind: 'number' | 'string' = 'number') => ({ name, kind, comment: name });
    const features = [
      named('numbers'),
      named('strings', 'string'),
      named('event_time'),
      named('feature_event_time'),
      named('feature_service', 'string'),
    ];
    const view = { name: 'v_hostile_v1', featureService: 'fraud', featureServiceVersion: 3, features, comment: 'c' };
    await clickhouse.command(createWideViewStatement(clickhouse, view));
    const rows = await analyst.query(
      'SELECT numbers, strings, feature_feature_event_time, feature_event_time FROM v_hostile_v1 ORDER BY numbers LIMIT 2',
    );
    expect(rows).toEqual([
      { numbers: 0, strings: null, feature_feature_event_time: 0, feature_event_time: null },
      { numbers: 1, strings: 'shop', feature_feature_event_time: 1, feature_event_time: 0.1 },
    ]);
  });

  it.each(readdirSync(EXAMPLES))('example %s runs for the read-only user', async (file) => {
    const statements = sqlStatements(readFileSync(path.join(EXAMPLES, file), 'utf8'));
    expect(statements).toHaveLength(1);
    for (const sql of statements) {
      const rows = await analyst.query<Record<string, unknown>>(sql);
      // Examples numbered from 20 on belong to data that is not made here.
      if (file < '2') expect(rows.length).toBeGreaterThan(0);
    }
  });

  it('cannot be written through', async () => {
    await expect(analyst.command('DROP TABLE predictions')).rejects.toMatchObject({ code: 'CLICKHOUSE_QUERY_REFUSED' });
    await expect(analyst.insert('predictions', [{ event_id: 'x' }])).rejects.toMatchObject({
      code: 'CLICKHOUSE_QUERY_REFUSED',
    });
  });
});
