import { ByteReader, type ClickHouse } from '@millrace/clickhouse';
import type { MetricHistory, MetricOfRun, MetricPoint, StepRange } from '../../flow/runs/metric-history.ts';
import { float64Parameter, float64Sql } from './float-parameter.ts';
import { RunsInForce } from './runs-in-force.ts';

/** A sort of more than this goes over the disk. */
const sortBytes = 256 << 20;

/** Points of metrics in ClickHouse, read in the order of the table. */
export class ClickHouseMetricHistory implements MetricHistory {
  readonly #clickhouse: ClickHouse;
  readonly #runs: RunsInForce;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
    this.#runs = new RunsInForce(clickhouse);
  }

  async page({
    after,
    limit,
    ...of
  }: MetricOfRun & { after: MetricPoint | undefined; limit: number }): Promise<MetricPoint[]> {
    const bytes = await this.#clickhouse.queryBytes(
      `SELECT timestamp_ms, step, value FROM ${this.#runs.points}
       WHERE ${ofOneRun} AND ${this.#runs.counts} AND ${after === undefined ? '1' : behind(after)}
       ORDER BY timestamp_ms, step, value LIMIT {limit:UInt32}`,
      { ...of, subject, limit, ...(after !== undefined && placeOf(after)) },
    );
    return pointsIn(bytes);
  }

  async firstOfRuns(of: {
    runIds: readonly string[];
    key: string;
    limit: number;
  }): Promise<(MetricPoint & { runId: string })[]> {
    const bytes = await this.#clickhouse.queryBytes(
      `SELECT id, timestamp_ms, step, value FROM ${this.#runs.points}
       WHERE subject = {subject:String} AND id IN {runIds:Array(String)} AND key = {key:String} AND ${this.#runs.counts}
       ORDER BY id, timestamp_ms, step, value LIMIT 1 BY id, timestamp_ms, step, value LIMIT {limit:UInt32}`,
      { ...of, subject },
    );
    const reader = new ByteReader(bytes);
    const points: (MetricPoint & { runId: string })[] = [];
    while (!reader.done) points.push({ runId: reader.string(), ...pointFrom(reader) });
    return points;
  }

  async shares({
    steps,
    limit,
    ...of
  }: MetricOfRun & { steps: StepRange | undefined; limit: number }): Promise<MetricPoint[]> {
    const range = steps === undefined ? '1' : 'step BETWEEN {start:Int64} AND {end:Int64}';
    // Of n points in k shares the first n % k shares hold one more than the others.
    const bytes = await this.#clickhouse.queryBytes(
      `WITH intDiv(total, {limit:UInt32}) AS small, total % {limit:UInt32} AS larger, larger * (small + 1) AS inLarger
       SELECT timestamp_ms, step, value FROM
       (
         SELECT timestamp_ms, step, value, row_number() OVER (ORDER BY step, timestamp_ms, value) - 1 AS place, count() OVER () AS total
         FROM (SELECT DISTINCT timestamp_ms, step, value FROM ${this.#runs.points} WHERE ${ofOneRun} AND ${this.#runs.counts} AND ${range})
       )
       WHERE total <= {limit:UInt32} OR place = total - 1
         OR if(place < inLarger, place % (small + 1), (place - inLarger) % greatest(small, 1)) = 0
       ORDER BY place`,
      { ...of, subject, limit, ...steps },
      { max_bytes_before_external_sort: String(sortBytes), max_bytes_before_external_group_by: String(sortBytes) },
    );
    return pointsIn(bytes);
  }
}

/** Of logged models nobody reads histories. */
const subject = 'run';
const ofOneRun = `subject = {subject:String} AND id = {runId:String} AND key = {key:String}`;

/** The first condition follows from the second, and is what the key can use. */
function behind({ value }: MetricPoint): string {
  const further = Number.isNaN(value) ? '0' : `(isNaN(value) OR value > ${float64Sql('value')})`;
  return `timestamp_ms >= {time:Int64}
    AND (timestamp_ms > {time:Int64} OR step > {step:Int64} OR (step = {step:Int64} AND ${further}))`;
}

function placeOf({ timestampMs, step, value }: MetricPoint): Record<string, string> {
  return { time: String(timestampMs), step: String(step), value: float64Parameter(value) };
}

function pointsIn(bytes: Buffer): MetricPoint[] {
  const reader = new ByteReader(bytes);
  const points: MetricPoint[] = [];
  while (!reader.done) points.push(pointFrom(reader));
  return points;
}

function pointFrom(reader: ByteReader): MetricPoint {
  return { timestampMs: reader.int64(), step: reader.int64(), value: reader.float64() };
}
