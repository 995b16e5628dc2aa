import { sourceColumnType } from '../sql/source-columns.ts';
import type { TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { columns } from './random-definitions.ts';
import type { LoggedEvent, SimulatedRun } from './simulated-log.ts';

/** For tests: the tables that the platform fills, and rows of a simulated run in them, some more than once. */

export const generation = 3;
export const deadLetterGroup = 'features.events';

export async function createTables(clickhouse: TestClickHouse): Promise<void> {
  const { database } = clickhouse;
  const declared = Object.entries(columns).map(([name, type]) => `${name} ${sourceColumnType(type)}`);
  const time = "DateTime64(3, 'UTC')";
  await clickhouse.query(
    `CREATE TABLE ${database}.source_events (_topic LowCardinality(String), _generation UInt32, _partition UInt32, _offset UInt64, _timestamp ${time}, _event_time ${time}, _entity String, _id Nullable(String), _deleted UInt8, _available_at Nullable(${time}), ${declared.join(', ')}) ENGINE = MergeTree ORDER BY (_topic, _generation, _partition, _offset)`,
  );
  const identity =
    'source_topic LowCardinality(String), generation UInt32, source_partition UInt32, source_offset UInt64';
  await clickhouse.query(
    `CREATE TABLE ${database}.dead_letters (group String, topic String, generation UInt32, partition UInt32, offset UInt64, reason String) ENGINE = Memory`,
  );
  await clickhouse.query(
    `CREATE TABLE ${database}.rekeyed_events (view LowCardinality(String), partition UInt32, offset UInt64, entity String, event_time ${time}, ${identity}, numbers Array(Float64), strings Array(Nullable(String)), retracts Nullable(UInt64), available_at Nullable(${time})) ENGINE = MergeTree ORDER BY (view, entity, event_time)`,
  );
  await clickhouse.query(
    `CREATE TABLE ${database}.feature_vectors (lane String, feature_service LowCardinality(String), feature_service_version UInt32, ${identity}, entities Map(LowCardinality(String), String), event_time ${time}, numbers Array(Float64), strings Array(Nullable(String)), cuts Array(Tuple(partition UInt32, offset Int64, own_offset Int64))) ENGINE = MergeTree ORDER BY (source_partition, source_offset)`,
  );
}

const iso = (timeMs: number) => new Date(timeMs).toISOString();
const twice = <T>(rows: readonly T[]): T[] => rows.flatMap((row, index) => (index % 3 === 0 ? [row, row] : [row]));
const nulls = (numbers: ArrayLike<number>) => Array.from(numbers, (value) => (Number.isNaN(value) ? 'nan' : value));

export async function fillTables(clickhouse: TestClickHouse, run: SimulatedRun): Promise<void> {
  const { database } = clickhouse;
  for (const table of ['source_events', 'rekeyed_events', 'feature_vectors', 'dead_letters'])
    await clickhouse.query(`TRUNCATE TABLE ${database}.${table}`);
  const [, byShop = []] = run.logs;
  const sourceRow = ({ source, sourcePartition, sourceOffset }: LoggedEvent) => ({
    ...source,
    _topic: 'events',
    _generation: generation,
    _partition: sourcePartition,
    _offset: sourceOffset,
    _timestamp: iso(source.time),
    _event_time: iso(source.time),
    _entity: source.card,
    _deleted: source.op === 'd' ? 1 : 0,
    _available_at: source.known === null ? null : iso(source.known),
  });
  const rows = run.stored.map(sourceRow);
  // Rows of an earlier generation and of another topic, and an event that came again later under its id: none may count.
  const strangers = rows.flatMap((row) => [
    { ...row, _generation: generation - 1 },
    { ...row, _topic: 'others' },
    // Of a table's changes it would be the newest one of its row.
    ...(run.service.source.changes === null ? [{ ...row, _offset: row._offset + 1_000 }] : []),
  ]);
  // Events that the views refused for a value they read: history has them, no window may.
  const refused = rows.map((row) => ({ ...row, id: `${row.id}-refused`, _offset: row._offset + 10_000 }));
  await clickhouse.insert(`${database}.source_events`, twice([...strangers, ...refused, ...rows]));
  const letters = refused.map(({ _partition, _offset }) => ({
    group: deadLetterGroup,
    topic: 'events',
    generation,
    partition: _partition,
    offset: _offset,
    reason: 'wrong-type',
  }));
  // What came too late is an event, and what another group refused is no matter of ours.
  const others = rows.flatMap(({ _partition: partition, _offset: offset }) => [
    { group: deadLetterGroup, topic: 'events', generation, partition, offset, reason: 'too-late' },
    { group: 'others', topic: 'events', generation, partition, offset, reason: 'wrong-type' },
  ]);
  await clickhouse.insert(`${database}.dead_letters`, [...letters, ...others]);
  const identity = (logged: { sourcePartition: number; sourceOffset: number }) => ({
    source_topic: 'events',
    generation,
    source_partition: logged.sourcePartition,
    source_offset: logged.sourceOffset,
  });
  const placed = (logged: LoggedEvent) => ({
    partition: logged.partition,
    entity: logged.entity,
    event_time: iso(logged.timeMs),
    ...identity(logged),
  });
  const events = byShop.map((logged) => ({
    ...placed(logged),
    view: 'by_shop@1',
    offset: logged.position,
    numbers: nulls(logged.inputs.numbers),
    strings: logged.inputs.strings,
    retracts: null,
    available_at: logged.source.known === null ? null : iso(logged.source.known),
  }));
  const retractions = run.retractions.map(({ of, position, sourceOffset }) => ({
    ...placed(of),
    view: 'by_shop@1#r',
    offset: position,
    source_offset: sourceOffset,
    numbers: [],
    strings: [],
    retracts: of.sourceOffset,
    available_at: null,
  }));
  const rekeyed = [...events, ...retractions];
  await clickhouse.insert(
    `${database}.rekeyed_events`,
    twice([...rekeyed, ...rekeyed.map((row) => ({ ...row, view: row.view.replace('@1', '@2') }))]),
  );
  const vectors = run.vectors.map((vector) => ({
    lane: 'svc@1',
    feature_service: 'svc',
    feature_service_version: 1,
    ...identity(vector),
    entities: vector.entities,
    event_time: iso(vector.event.time),
    numbers: nulls(vector.numbers),
    strings: vector.strings,
    cuts: vector.cuts.map(({ partition, offset, ownOffset }) => ({ partition, offset, own_offset: ownOffset })),
  }));
  await clickhouse.insert(`${database}.feature_vectors`, twice(vectors));
}
