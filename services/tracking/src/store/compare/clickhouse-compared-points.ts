import { ByteReader, type ClickHouse } from '@millrace/clickhouse';
import type { ComparedPoints, MetricRange, SampledPoint } from '../../flow/compare/ports.ts';
import { RunsInForce } from '../runs/runs-in-force.ts';

/** A grouping of more than this goes over the disk. */
const spillBytes = { max_bytes_before_external_group_by: String(256 << 20) };
const point = '(step, timestamp_ms, value)';
/** NaN is neither least nor greatest, and comes behind every value where all else is equal. */
const byStep = '(step, timestamp_ms, if(isNaN(value), -inf, value))';

/** Comparisons that ClickHouse makes of the points of metrics. */
export class ClickHouseComparedPoints implements ComparedPoints {
  readonly #clickhouse: ClickHouse;
  readonly #runs: RunsInForce;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
    this.#runs = new RunsInForce(clickhouse);
  }

  async ranges(runIds: readonly string[]): Promise<MetricRange[]> {
    const bytes = await this.#clickhouse.queryBytes(
      `SELECT id, key, minIf(value, NOT isNaN(value)), maxIf(value, NOT isNaN(value)),
         toInt64(countIf(NOT isNaN(value)))
       FROM ${this.#runs.points} WHERE ${ofThese} AND ${this.#runs.counts} GROUP BY id, key`,
      { subject: 'run', runIds },
      spillBytes,
    );
    const reader = new ByteReader(bytes);
    const ranges: MetricRange[] = [];
    while (!reader.done) {
      const [runId, key] = [reader.string(), reader.string()];
      const [min, max] = [reader.float64(), reader.float64()];
      const hasValue = Number(reader.int64()) > 0;
      ranges.push({ runId, key, min: hasValue ? min : null, max: hasValue ? max : null });
    }
    return ranges;
  }

  async sampled({
    shares,
    ...of
  }: {
    runIds: readonly string[];
    key: string;
    shares: number;
  }): Promise<SampledPoint[]> {
    const where = `${ofThese} AND key = {key:String} AND ${this.#runs.counts}`;
    const bytes = await this.#clickhouse.queryBytes(
      `SELECT DISTINCT id, kept.1, kept.2, kept.3 FROM
       (
         SELECT id, arrayJoin(arrayConcat(
           [argMin(${point}, ${byStep}), argMax(${point}, ${byStep})],
           if(countIf(NOT isNaN(value)) = 0, [], [
             argMinIf(${point}, (value, step, timestamp_ms), NOT isNaN(value)),
             argMaxIf(${point}, (value, step, timestamp_ms), NOT isNaN(value))]))) AS kept
         FROM
         (
           SELECT id, step, timestamp_ms, value,
             if(last_step > first_step, toFloat64(step) - first_step, toFloat64(timestamp_ms) - first_ms) AS place,
             if(last_step > first_step, toFloat64(last_step) - first_step, toFloat64(last_ms) - first_ms) AS width
           FROM (SELECT id, step, timestamp_ms, value FROM ${this.#runs.points} WHERE ${where}) AS points
           INNER JOIN
           (
             SELECT id, min(step) AS first_step, max(step) AS last_step, min(timestamp_ms) AS first_ms, max(timestamp_ms) AS last_ms
             FROM ${this.#runs.points} WHERE ${where} GROUP BY id
           ) AS spans USING (id)
         )
         GROUP BY id, if(width = 0, 0, least(toUInt32(floor(place / width * {shares:UInt32})), {shares:UInt32} - 1))
       )
       ORDER BY id, kept.1, kept.2, kept.3`,
      { ...of, subject: 'run', shares },
      spillBytes,
    );
    const reader = new ByteReader(bytes);
    const points: SampledPoint[] = [];
    while (!reader.done) {
      const runId = reader.string();
      const [step, timestampMs] = [Number(reader.int64()), Number(reader.int64())];
      points.push({ runId, step, timestampMs, value: reader.float64() });
    }
    return points;
  }
}

const ofThese = 'subject = {subject:String} AND id IN {runIds:Array(String)}';
