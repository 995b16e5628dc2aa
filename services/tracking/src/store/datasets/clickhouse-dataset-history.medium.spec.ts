import { ClickHouse, migrate, ownMigrations } from '@millrace/clickhouse';
import type { DatasetEvent } from '@millrace/schemas';
import { clickhouseConfigFromEnv, readConfig } from '@millrace/service-kit';
import { testNamespace } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecords } from '../../flow/datasets/dataset-records.ts';
import { recordRowsOf, writeRowOf, type RecordRow, type WriteRow } from '../../flow/datasets/dataset-rows.ts';
import type { StoredRecord } from '../../flow/datasets/ports.ts';
import { ClickHouseDatasetHistory } from './clickhouse-dataset-history.ts';
import { datasetRecordsTable, datasetWritesTable } from './dataset-tables.ts';

const write = (said: Partial<DatasetEvent>): DatasetEvent => ({
  eventId: 'e',
  datasetId: 'd-1',
  datasetName: 'qa',
  type: 'upserted',
  atMs: 1000,
  actor: 'ada',
  records: [],
  deletedRecordIds: [],
  requestId: null,
  ...said,
});
const upsert = (records: unknown[], said: Partial<DatasetEvent> = {}): DatasetEvent =>
  write({ ...said, records: readRecords(said.datasetId ?? 'd-1', JSON.stringify(records)) });
const idOf = (inputs: object): string => readRecords('d-1', JSON.stringify([{ inputs }]))[0]?.recordId ?? '';
const [q1, q2, q3] = [idOf({ q: 1 }), idOf({ q: 2 }), idOf({ q: 3 })];
const ada = { 'mlflow.user': 'ada' };

/** Offset is the place in the list. */
const events: DatasetEvent[] = [
  upsert([
    {
      inputs: { q: 2 },
      expectations: { a: 1, b: 'x' },
      tags: ada,
      source: { source_type: 'TRACE', source_data: { trace_id: 'tr-1' } },
    },
    { inputs: { q: 1 }, outputs: 'said' },
    { inputs: { q: 1 }, outputs: null, tags: { t: 1 } },
  ]),
  upsert([{ inputs: { q: 2 }, expectations: { b: null, c: [1.5] }, tags: { 'mlflow.user': 'bob' } }], { atMs: 2000 }),
  write({ type: 'deleted', deletedRecordIds: [q1, 'dr-none'], atMs: 3000 }),
  upsert([{ inputs: { q: 3 }, expectations: {} }], { atMs: 4000 }),
  upsert([{ inputs: { q: 1 }, outputs: { z: 1 } }], { atMs: 5000 }),
  upsert([{ inputs: { q: 1 } }], { datasetId: 'd-2', datasetName: 'gone' }),
  write({ type: 'dropped', datasetId: 'd-2', datasetName: 'gone' }),
];

let clickhouse: ClickHouse;
let history: ClickHouseDatasetHistory;
const page = (said: object = {}) =>
  history.records({ datasetId: 'd-1', after: null, size: 10, end: events.length, ...said });
const idsOf = (records: readonly StoredRecord[]): string[] => records.map(({ recordId }) => recordId);

beforeAll(async () => {
  const { clickhouse: config } = readConfig({ clickhouse: clickhouseConfigFromEnv }, testNamespace().env);
  clickhouse = new ClickHouse(config);
  await migrate(clickhouse, ownMigrations, { info: () => undefined });
  const placed = events.map((event, offset) => ({ event, place: { partition: 0, offset } }));
  const records = placed.flatMap(({ event, place }) => recordRowsOf(event, place));
  const writes = placed.map(({ event, place }) => writeRowOf(event, place));
  // Twice, as after a crash: the key makes one of two equal rows.
  for (const _ of [1, 2]) {
    await clickhouse.insert(
      datasetRecordsTable.name,
      records.map((row) => plainRow(datasetRecordsTable.columns, row)),
    );
    await clickhouse.insert(
      datasetWritesTable.name,
      writes.map((row) => plainRow(datasetWritesTable.columns, row)),
    );
  }
  history = new ClickHouseDatasetHistory(clickhouse, { until: () => Promise.resolve() });
});
afterAll(() => clickhouse?.close());

function plainRow<T extends RecordRow | WriteRow>(
  columns: Readonly<Record<string, { readonly of: (row: T) => unknown }>>,
  row: T,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { of }]) => {
      const value = of(row);
      if (name === 'recorded_at') return [name, new Date(value as number).toISOString()];
      return [name, value instanceof Map ? Object.fromEntries(value) : value];
    }),
  );
}

describe('records', () => {
  it('stand as the log says: the first inputs and source, the last outputs, all expectations and tags', async () => {
    const { records, hasMore } = await page();
    expect(hasMore).toBe(false);
    expect(records).toMatchObject([
      {
        recordId: q2,
        inputs: '{"q": 2}',
        outputs: '{}',
        expectations: { a: '1', b: 'null', c: '[1.5]' },
        tags: { 'mlflow.user': '"bob"' },
        source: '{"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}',
        createdAtMs: 1000,
        updatedAtMs: 2000,
        createdBy: 'ada',
        lastUpdatedBy: 'bob',
      },
      { recordId: q3, expectations: {}, tags: {}, source: null, createdBy: null },
      { recordId: q1, outputs: '{"z": 1}', expectations: null, tags: {}, createdAtMs: 5000 },
    ]);
  });

  it('stand otherwise at an earlier moment of the log', async () => {
    expect((await page({ end: 1 })).records).toMatchObject([
      { recordId: q2, expectations: { a: '1', b: '"x"' } },
      { recordId: q1, outputs: null, tags: { t: '1' } },
    ]);
    expect(idsOf((await page({ end: 3 })).records)).toEqual([q2]);
  });

  it('come in pages, each once', async () => {
    const first = await page({ size: 2 });
    expect([idsOf(first.records), first.hasMore]).toEqual([[q2, q3], true]);
    const rest = await page({ size: 2, after: first.records.at(-1)?.place });
    expect([idsOf(rest.records), rest.hasMore]).toEqual([[q1], false]);
  });

  it('are known to stand or not just before a write', async () => {
    const standing = async (before: number) => [...(await history.standing('d-1', [q1, q2, q3], before))].sort();
    expect(await standing(0)).toEqual([]);
    expect(await standing(2)).toEqual([q1, q2].sort());
    expect(await standing(3)).toEqual([q2]);
  });
});

it('the last write and the fields of the records are known', async () => {
  expect(await history.lastWrites(['d-1', 'd-9'])).toEqual(new Map([['d-1', { atMs: 5000, by: null }]]));
  const statistics = await history.statistics(['d-1', 'd-9']);
  expect([...statistics.keys()]).toEqual(['d-1']);
  expect(statistics.get('d-1')).toMatchObject({
    count: 3,
    any: true,
    fields: [
      { section: 'inputs', name: 'q', type: 'integer' },
      { section: 'expectations', name: 'a', type: 'integer' },
      { section: 'expectations', name: 'b', type: 'string' },
      { section: 'output', name: '', type: 'string' },
      { section: 'expectations', name: 'c', type: 'array' },
      { section: 'outputs', name: 'z', type: 'integer' },
    ],
  });
});

it('analysts see records as they stand, without those of deleted datasets', async () => {
  const rows = await clickhouse.query(
    `SELECT * EXCEPT (created_at, updated_at) FROM ${clickhouse.qualified('v_dataset_records')} ORDER BY inputs`,
  );
  const plain = { dataset_id: 'd-1', dataset_name: 'qa', source_type: '', trace_id: '', tags: {}, expectations: {} };
  expect(rows).toEqual([
    { ...plain, record_id: q1, inputs: '{"q": 1}', outputs: '{"z": 1}' },
    {
      ...plain,
      record_id: q2,
      inputs: '{"q": 2}',
      outputs: '',
      expectations: { a: '1', b: 'null', c: '[1.5]' },
      tags: { 'mlflow.user': '"bob"' },
      source_type: 'TRACE',
      trace_id: 'tr-1',
    },
    { ...plain, record_id: q3, inputs: '{"q": 3}', outputs: '' },
  ]);
});
