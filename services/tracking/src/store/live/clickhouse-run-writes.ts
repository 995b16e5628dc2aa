import { ByteReader, type ClickHouse } from '@millrace/clickhouse';
import type { FeedScope } from '../../flow/live/feed-scope.ts';
import type { RunWriteHistory, WritesRange } from '../../flow/live/stored-writes.ts';
import type { FactKind, RunFact } from '../../flow/runs/run-facts.ts';
import { RunsInForce } from '../runs/runs-in-force.ts';

/** Read in one go; the last write of a page comes whole. */
const pageRows = 2000;

/** The description of a dataset may be as large as a record; its name and digest say which it is. */
const columns = `id, experiment_id, kind, key, if(kind = 'dataset', '', text) AS text, number, step, toInt64(0) AS timestamp_ms,
  removed, dataset_name, dataset_digest, '' AS model_id, log_offset, item, recorded_at, actor`;
const columnsOfPoints = `id, experiment_id, 'metric' AS kind, key, '' AS text, value AS number, step, timestamp_ms,
  false AS removed, dataset_name, dataset_digest, model_id, log_offset, item, recorded_at, actor`;

/** Writes in ClickHouse by their place in the log. */
export class ClickHouseRunWrites implements RunWriteHistory {
  readonly #clickhouse: ClickHouse;
  readonly #runs: RunsInForce;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
    this.#runs = new RunsInForce(clickhouse);
  }

  async writesOf(scope: FeedScope, range: WritesRange): Promise<{ facts: RunFact[]; next: number }> {
    const inScope = scope.of === 'runs' ? 'id IN {ids:Array(String)}' : 'experiment_id = {experimentId:String}';
    const condition = `subject = {subject:String} AND ${inScope} AND log_partition = {partition:UInt32}
      AND log_offset >= {from:UInt64} AND log_offset < {before:UInt64} AND ${this.#runs.counts}`;
    const bytes = await this.#clickhouse.queryBytes(
      `SELECT toString(kind), key, id, toString(experiment_id), text, number, toInt64(step), timestamp_ms, removed,
         dataset_name, dataset_digest, model_id, toInt64(log_offset), toInt64(item), toUnixTimestamp64Milli(recorded_at), actor
       FROM (
         SELECT ${columns} FROM ${this.#runs.facts} WHERE ${condition} AND kind != 'metric'
         UNION ALL
         SELECT ${columnsOfPoints} FROM ${this.#runs.points} WHERE ${condition}
       )
       ORDER BY log_offset LIMIT ${pageRows} WITH TIES`,
      {
        subject: 'run',
        partition: range.partition,
        from: range.from,
        before: range.before,
        ...(scope.of === 'runs' ? { ids: scope.ids } : { experimentId: scope.id }),
      },
    );
    const { facts, rows } = factsIn(new ByteReader(bytes), range.partition);
    const last = facts.at(-1);
    return { facts, next: rows < pageRows || last === undefined ? range.before : last.offset + 1 };
  }
}

/** By offset and item, each once: rows of a repeated insert may not be merged yet. */
function factsIn(reader: ByteReader, partition: number): { facts: RunFact[]; rows: number } {
  const byPlace = new Map<string, RunFact>();
  let rows = 0;
  for (; !reader.done; rows += 1) {
    const fact = factFrom(reader, partition);
    byPlace.set(`${fact.offset}/${fact.item}`, fact);
  }
  return { facts: [...byPlace.values()].sort((a, b) => a.offset - b.offset || a.item - b.item), rows };
}

function factFrom(reader: ByteReader, partition: number): RunFact {
  return {
    subject: 'run',
    kind: reader.string() as FactKind,
    key: reader.string(),
    id: reader.string(),
    experimentId: reader.string(),
    text: reader.string(),
    number: reader.float64(),
    step: Number(reader.int64()),
    timestampMs: Number(reader.int64()),
    removed: reader.byte() === 1,
    datasetName: reader.string(),
    datasetDigest: reader.string(),
    modelId: reader.string(),
    runId: '',
    partition,
    offset: Number(reader.int64()),
    item: Number(reader.int64()),
    recordedAtMs: Number(reader.int64()),
    actor: reader.string(),
  };
}
