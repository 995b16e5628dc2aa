import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseDefinitions } from '../definitions/parse-definitions.ts';
import { compile } from '../plans/compile.ts';
import { testClickHouse, type TestClickHouse } from './clickhouse-for-tests.ts';
import { recomputeVectorsSql } from './recompute-vectors.ts';
import { sourceColumnType } from './source-columns.ts';
import { trainingSetSql } from './training-set.ts';

/** What queries call their own columns, or what stands beside them: a source and its features may use the same names. */
const names = (
  't row time entities event_id own_offset own_partition key_0 f_0_0 present_0 numbers strings feature_service source_offset ' +
  'position found spine logged given own e_time e_pos e_input_0 invalid select from nested.t spine.row logged.e_time'
).split(' ');
/** Columns may have dots, features may not. */
const featureName = (column: string): string => column.replace('.', '-');
const columns = Object.fromEntries(names.map((name) => [name, 'double']));
const startMs = Date.UTC(2026, 0, 1);

function hostileService() {
  const parsed = parseDefinitions([
    {
      kind: 'source',
      name: 'hostile',
      topic: 'hostile',
      entity: 'card',
      partitioner: 'murmur2',
      eventTime: { column: 'at', unit: 'ms' },
      columns: { at: 'timestamp', card: 'string', ...columns },
    },
    { kind: 'entity', name: 'card', key: 'card', type: 'string' },
    {
      kind: 'feature-view',
      name: 'sums',
      entity: 'card',
      source: 'hostile',
      features: names.map((name) => ({
        name: `sum_${featureName(name)}`,
        aggregation: 'sum',
        input: name,
        window: '1d',
      })),
    },
    {
      kind: 'feature-service',
      name: 'svc',
      source: 'hostile',
      views: ['sums'],
      // Each has the name of one column and reads the next one and a feature: nothing may be taken for anything else.
      passThrough: [
        ...names.map((name, i) => ({
          name: featureName(name),
          expression: {
            op: '+',
            args: [
              names[(i + 1) % names.length],
              { op: '*', args: [{ op: 'feature', name: `sum_${featureName(name)}` }, 100_000] },
            ],
          },
        })),
        { name: 'of_time', expression: { op: '-', args: [{ op: 'event-time' }, startMs] } },
      ],
    },
  ]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compile('svc@1', parsed.definitions);
}

let clickhouse: TestClickHouse;

beforeAll(async () => {
  clickhouse = await testClickHouse();
  const { database } = clickhouse;
  const time = "DateTime64(3, 'UTC')";
  const declared = names.map((name) => `\`${name}\` ${sourceColumnType('double')}`).join(', ');
  await clickhouse.query(
    `CREATE TABLE ${database}.source_hostile (_topic String, _generation UInt32, _partition UInt32, _offset UInt64, _event_time ${time}, _entity String, ${declared}) ENGINE = Memory`,
  );
  await clickhouse.query(
    `CREATE TABLE ${database}.feature_vectors (feature_service String, feature_service_version UInt32, source_topic String, generation UInt32, source_partition UInt32, source_offset UInt64, entities Map(String, String), event_time ${time}, cuts Array(Tuple(partition UInt32, offset Int64, own_offset Int64))) ENGINE = Memory`,
  );
  const row = (offset: number) => ({
    _topic: 'hostile',
    _generation: 0,
    _partition: 0,
    _offset: offset,
    _event_time: new Date(startMs + offset).toISOString(),
    _entity: 'c',
    ...Object.fromEntries(names.map((name, i) => [name, 1_000 * offset + i])),
  });
  await clickhouse.insert(`${database}.source_hostile`, [row(0), row(1)]);
  await clickhouse.insert(`${database}.feature_vectors`, [
    {
      feature_service: 'svc',
      feature_service_version: 1,
      source_topic: 'hostile',
      generation: 0,
      source_partition: 0,
      source_offset: 1,
      entities: { card: 'c' },
      event_time: new Date(startMs + 1).toISOString(),
      cuts: [{ partition: 0, offset: 1, own_offset: 1 }],
    },
  ]);
});

afterAll(() => clickhouse.drop());

/** Of the second event: sums over both, columns of its own. */
const expected = {
  ...Object.fromEntries(names.map((name, i) => [`sum_${featureName(name)}`, 1_000 + 2 * i])),
  ...Object.fromEntries(
    names.map((name, i) => [featureName(name), 1_000 + ((i + 1) % names.length) + 100_000 * (1_000 + 2 * i)]),
  ),
  of_time: 1,
};

it('recomputes vectors whatever columns and features are called', async () => {
  const tables = { database: clickhouse.database, generations: { hostile: 0 } };
  const asked = { tables, knowledge: 'as-known', where: 'source_offset = 1', shape: 'named' } as const;
  const [row] = await clickhouse.query(recomputeVectorsSql(hostileService(), asked));
  expect(row).toEqual({ _row: 1, _source_partition: 0, _source_offset: 1, ...expected });
});

it('builds a training set whatever columns and features are called, from own events and from given columns', async () => {
  const tables = { database: clickhouse.database, generations: { hostile: 0 } };
  const given = names.map((name) => `\`given_${name}\` Nullable(Float64)`).join(', ');
  await clickhouse.query(
    `CREATE TABLE ${clickhouse.database}.spine (row UInt64, time DateTime64(3, 'UTC'), entities Map(String, String), own_partition Nullable(UInt32), own_offset Nullable(UInt64), ${given}) ENGINE = Memory`,
  );
  const asked = { time: new Date(startMs + 1).toISOString(), entities: { card: 'c' } };
  const values = Object.fromEntries(names.map((name, i) => [`given_${name}`, 1_000 + i]));
  await clickhouse.insert(`${clickhouse.database}.spine`, [
    { ...asked, row: 0, own_partition: 0, own_offset: 1 },
    { ...asked, row: 1, ...values },
  ]);
  const rows = await clickhouse.query(
    trainingSetSql(hostileService(), {
      tables,
      knowledge: 'as-known',
      spine: `${clickhouse.database}.spine`,
      own: 'given',
      columns: names,
    }),
  );
  expect(rows).toEqual([
    { _row: 0, ...expected },
    { _row: 1, ...expected },
  ]);
});
