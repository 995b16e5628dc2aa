import type { ClickHouse } from '@millrace/clickhouse';
import type { PredictionHistory, PredictionSample, TimeRange, WindowCount } from '../flow/ports.ts';
import type { FeatureCatalog } from './feature-catalog.ts';
import { SampleBuilder } from './sample-builder.ts';
import type { SampleRow } from './sample-builder.ts';

type ServedRow = SampleRow & { readonly feature_service: string; readonly feature_service_version: number };

interface CountRow {
  readonly start_ms: number;
  readonly rows: number;
  readonly errors: number;
  readonly labelled: number;
  readonly corrections: number;
}

/** Predictions of an endpoint between two event times, each once. */
const IN_RANGE = `endpoint = {endpoint:String}
  AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64}) AND event_time < fromUnixTimestamp64Milli({to_ms:Int64})`;

/** Reads predictions and outcomes for the monitors. Each read sees what the sinks have written by then, and is complete in itself. */
export class ClickHousePredictionHistory implements PredictionHistory {
  readonly #clickhouse: ClickHouse;
  readonly #catalog: Pick<FeatureCatalog, 'namesOf'>;

  constructor(clickhouse: ClickHouse, catalog: Pick<FeatureCatalog, 'namesOf'>) {
    this.#clickhouse = clickhouse;
    this.#catalog = catalog;
  }

  async span(endpoint: string): Promise<{ oldestMs: number; newestMs: number } | null> {
    const row = await this.#clickhouse.queryOne<{ rows: number; oldest: number; newest: number }>(
      `SELECT count() AS rows, toUnixTimestamp64Milli(min(event_time)) AS oldest, toUnixTimestamp64Milli(max(event_time)) AS newest
       FROM ${this.#clickhouse.qualified('predictions')} WHERE endpoint = {endpoint:String}`,
      { endpoint },
    );
    return row === null || row.rows === 0 ? null : { oldestMs: row.oldest, newestMs: row.newest };
  }

  async countByTime(endpoint: string, range: TimeRange, lengthMs: number): Promise<WindowCount[]> {
    const counted = await this.#clickhouse.query<CountRow>(
      `SELECT floor(toUnixTimestamp64Milli(event_time) / {length_ms:Int64}) * {length_ms:Int64} AS start_ms, ${COUNTS}
       FROM ${this.#joined('endpoint')} GROUP BY start_ms ORDER BY start_ms`,
      { ...parametersOf(endpoint, range), length_ms: lengthMs },
    );
    return counted.map((row) => countOf(row, row.start_ms + lengthMs));
  }

  async countRanges(endpoint: string, ranges: readonly TimeRange[]): Promise<WindowCount[]> {
    const starts = ranges.map((range) => range.fromMs);
    const span = { fromMs: Math.min(...starts), toMs: Math.max(...ranges.map((range) => range.toMs)) };
    const counted = await this.#clickhouse.query<CountRow & { end_ms: number }>(
      `SELECT w.1 AS start_ms, w.2 AS end_ms, ${COUNTS}
       FROM (SELECT *, toUnixTimestamp64Milli(event_time) AS at_ms FROM ${this.#joined('endpoint')})
       ARRAY JOIN arrayFilter(w -> at_ms >= w.1 AND at_ms < w.2, arrayZip({starts:Array(Int64)}, {ends:Array(Int64)})) AS w
       GROUP BY start_ms, end_ms ORDER BY start_ms`,
      { ...parametersOf(endpoint, span), starts, ends: ranges.map((range) => range.toMs) },
    );
    return counted.map((row) => countOf(row, row.end_ms));
  }

  async endOfRows(endpoint: string, fromMs: number, rows: number): Promise<number | null> {
    const row = await this.#clickhouse.queryOne<{ at_ms: number }>(
      `SELECT toUnixTimestamp64Milli(event_time) AS at_ms
       FROM (SELECT DISTINCT event_id, event_time FROM ${this.#clickhouse.qualified('predictions')}
             WHERE endpoint = {endpoint:String} AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64}))
       ORDER BY event_time LIMIT 1 OFFSET {skip:UInt64}`,
      { endpoint, from_ms: fromMs, skip: rows - 1 },
    );
    return row === null ? null : row.at_ms + 1;
  }

  async predictions(endpoint: string, range: TimeRange, maxRows: number): Promise<PredictionSample> {
    const served = `SELECT numbers, strings, score, label, duration_us / 1000 AS scoring_ms,
        toUnixTimestamp64Milli(scored_at) - toUnixTimestamp64Milli(source_timestamp) AS end_to_end_ms,
        model_version, toBool(status != 'ok') AS failed, feature_service, feature_service_version
      FROM ${this.#joined(`numbers, strings, score, duration_us, scored_at, source_timestamp, model_version,
        feature_service, feature_service_version`)}
      ORDER BY cityHash64(event_id), event_id LIMIT {max_rows:UInt64}`;
    const rows = await this.#clickhouse.query<ServedRow>(served, {
      ...parametersOf(endpoint, range),
      max_rows: maxRows,
    });
    return this.#sample(rows);
  }

  async vectors(
    service: { readonly name: string; readonly version: number },
    range: TimeRange,
    maxRows: number,
  ): Promise<PredictionSample> {
    const rows = await this.#clickhouse.query<ServedRow>(
      `SELECT numbers, strings, NULL AS score, NULL AS label, 0 AS scoring_ms, 0 AS end_to_end_ms, '' AS model_version,
         false AS failed, feature_service, feature_service_version
       FROM (SELECT * FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL
             WHERE feature_service = {service:String} AND feature_service_version = {version:UInt32}
               AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64})
               AND event_time < fromUnixTimestamp64Milli({to_ms:Int64}))
       ORDER BY cityHash64(event_id), event_id LIMIT {max_rows:UInt64}`,
      { service: service.name, version: service.version, from_ms: range.fromMs, to_ms: range.toMs, max_rows: maxRows },
    );
    return this.#sample(rows);
  }

  /**
   * Predictions in range with the newest label of their outcome. Only the outcomes of these predictions are looked up: the key of
   * the outcomes table finds them, however many there are.
   */
  #joined(columns: string): string {
    const predictions = this.#clickhouse.qualified('predictions');
    return `(
      SELECT p.*, o.label AS label, o.corrections AS corrections
      FROM (SELECT event_id, event_time, source_topic, source_event_id, status, ${columns} FROM ${predictions} FINAL WHERE ${IN_RANGE}) AS p
      LEFT ANY JOIN (
        SELECT source_topic, toNullable(source_event_id) AS source_event_id, toNullable(label) AS label, corrections
        FROM ${this.#clickhouse.qualified('v_outcomes')}
        WHERE source_event_id IN (
          SELECT assumeNotNull(source_event_id) FROM ${predictions} WHERE ${IN_RANGE} AND source_event_id IS NOT NULL
        )
      ) AS o ON o.source_topic = p.source_topic AND o.source_event_id = p.source_event_id
    )`;
  }

  async #sample(rows: readonly ServedRow[]): Promise<PredictionSample> {
    const builder = new SampleBuilder(rows.length);
    for (const row of rows) {
      builder.add(row, await this.#catalog.namesOf(row.feature_service, row.feature_service_version));
    }
    return builder.build();
  }
}

const COUNTS = `count() AS rows, countIf(status != 'ok') AS errors, countIf(isNotNull(label)) AS labelled, sum(corrections) AS corrections`;

function parametersOf(endpoint: string, range: TimeRange): Record<string, unknown> {
  return { endpoint, from_ms: range.fromMs, to_ms: range.toMs };
}

function countOf(row: CountRow, endMs: number): WindowCount {
  return {
    startMs: row.start_ms,
    endMs,
    rows: row.rows,
    errors: row.errors,
    labelled: row.labelled,
    corrections: row.corrections,
  };
}
