import type { ClickHouse } from '@millrace/clickhouse';
import type { Cut } from '../flow/monitor.ts';
import type {
  PredictionHistory,
  PredictionSample,
  SampleOptions,
  Span,
  TimeRange,
  VectorsOf,
  Watched,
  WindowCount,
  WindowMeasures,
} from '../flow/ports.ts';
import type { FeatureCatalog } from './feature-catalog.ts';
import { MeasuresBuilder } from './measures-builder.ts';
import type { MeasuredRow } from './measures-builder.ts';
import { SampleBuilder } from './sample-builder.ts';
import type { SampleRow } from './sample-builder.ts';
import { cutParameters, lastPositions, partitionSpan, UP_TO_CUTS } from './source-positions.ts';
import type { SpanRow } from './source-positions.ts';

type ServedRow = SampleRow & { readonly feature_service: string; readonly feature_service_version: number };

interface CountRow {
  readonly start_ms: number;
  readonly rows: number;
  readonly errors: number;
  readonly labelled: number;
  readonly corrections: number;
}

/** Of the stream, and those on request where a monitor asks for them. */
const WATCHED = `endpoint = {endpoint:String} AND ({with_requests:Bool} OR request_id IS NULL)`;
/** Predictions of an endpoint between two event times, each once. */
const IN_RANGE = `${WATCHED}
  AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64}) AND event_time < fromUnixTimestamp64Milli({to_ms:Int64})`;
const OF_SERVICE = `feature_service = {service:String} AND feature_service_version = {version:UInt32}`;

/** Reads predictions and outcomes for the monitors. Each read sees what the sinks have written by then, and is complete in itself. */
export class ClickHousePredictionHistory implements PredictionHistory {
  readonly #clickhouse: ClickHouse;
  readonly #catalog: Pick<FeatureCatalog, 'namesOf'>;

  constructor(clickhouse: ClickHouse, catalog: Pick<FeatureCatalog, 'namesOf'>) {
    this.#clickhouse = clickhouse;
    this.#catalog = catalog;
  }

  async span(watched: Watched, activeSinceMs: number): Promise<Span | null> {
    const sql = partitionSpan(this.#clickhouse.qualified('predictions'), { where: WATCHED, touchedAt: 'scored_at' });
    return this.#span(sql, { ...watchedParameters(watched), active_since_ms: activeSinceMs });
  }

  async countByTime(watched: Watched, range: TimeRange, lengthMs: number): Promise<WindowCount[]> {
    const counted = await this.#clickhouse.query<CountRow>(
      `SELECT floor(toUnixTimestamp64Milli(event_time) / {length_ms:Int64}) * {length_ms:Int64} AS start_ms, ${COUNTS}
       FROM ${this.#joined('endpoint')} GROUP BY start_ms ORDER BY start_ms`,
      { ...parametersOf(watched, range), length_ms: lengthMs },
    );
    return counted.map((row) => countOf(row, row.start_ms + lengthMs));
  }

  async countRanges(watched: Watched, ranges: readonly TimeRange[]): Promise<WindowCount[]> {
    const starts = ranges.map((range) => range.fromMs);
    const span = { fromMs: Math.min(...starts), toMs: Math.max(...ranges.map((range) => range.toMs)) };
    const counted = await this.#clickhouse.query<CountRow & { end_ms: number }>(
      `SELECT w.1 AS start_ms, w.2 AS end_ms, ${COUNTS}
       FROM (SELECT *, toUnixTimestamp64Milli(event_time) AS at_ms FROM ${this.#joined('endpoint')})
       ARRAY JOIN arrayFilter(w -> at_ms >= w.1 AND at_ms < w.2, arrayZip({starts:Array(Int64)}, {ends:Array(Int64)})) AS w
       GROUP BY start_ms, end_ms ORDER BY start_ms`,
      { ...parametersOf(watched, span), starts, ends: ranges.map((range) => range.toMs) },
    );
    return counted.map((row) => countOf(row, row.end_ms));
  }

  async endOfRows(watched: Watched, fromMs: number, rows: number): Promise<number | null> {
    const row = await this.#clickhouse.queryOne<{ at_ms: number }>(
      `SELECT toUnixTimestamp64Milli(event_time) AS at_ms
       FROM (SELECT DISTINCT event_id, event_time FROM ${this.#clickhouse.qualified('predictions')}
             WHERE ${WATCHED} AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64}))
       ORDER BY event_time LIMIT 1 OFFSET {skip:UInt64}`,
      { ...watchedParameters(watched), from_ms: fromMs, skip: rows - 1 },
    );
    return row === null ? null : row.at_ms + 1;
  }

  predictions(watched: Watched, range: TimeRange, options: SampleOptions): Promise<PredictionSample> {
    const from = `SELECT * FROM ${this.#clickhouse.qualified('predictions')} FINAL WHERE ${IN_RANGE}`;
    return this.#sample(from, `score, toBool(status != 'ok') AS failed`, parametersOf(watched, range), options);
  }

  async measures(watched: Watched, range: TimeRange): Promise<WindowMeasures> {
    const builder = new MeasuresBuilder();
    const pages = this.#clickhouse.stream<MeasuredRow>(
      `SELECT score, label, duration_us / 1000 AS scoring_ms,
         toUnixTimestamp64Milli(scored_at) - toUnixTimestamp64Milli(source_timestamp) AS end_to_end_ms,
         model_version, toBool(status != 'ok') AS failed
       FROM ${this.#joined('score, duration_us, scored_at, source_timestamp, model_version')}`,
      parametersOf(watched, range),
    );
    for await (const rows of pages) for (const row of rows) builder.add(row);
    return builder.build();
  }

  predictionCuts({ endpoint }: Watched): Promise<Cut[]> {
    // Positions of requests are hashes of their ids: they have no end.
    const table = this.#clickhouse.qualified('predictions');
    return this.#clickhouse.query<Cut>(lastPositions(table, WATCHED), watchedParameters({ endpoint }));
  }

  vectorSpan(service: VectorsOf, activeSinceMs: number): Promise<Span | null> {
    const sql = partitionSpan(this.#clickhouse.qualified('feature_vectors'), {
      where: OF_SERVICE,
      touchedAt: 'computed_at',
    });
    return this.#span(sql, { ...serviceParameters(service), active_since_ms: activeSinceMs });
  }

  vectors(service: VectorsOf, { fromMs, toMs }: TimeRange, options: SampleOptions): Promise<PredictionSample> {
    const from = `SELECT * FROM ${this.#clickhouse.qualified('feature_vectors')} FINAL
      WHERE ${OF_SERVICE} AND event_time >= fromUnixTimestamp64Milli({from_ms:Int64})
        AND event_time < fromUnixTimestamp64Milli({to_ms:Int64})`;
    const parameters = { ...serviceParameters(service), from_ms: fromMs, to_ms: toMs };
    return this.#sample(from, 'NULL AS score, false AS failed', parameters, options);
  }

  vectorCuts(service: VectorsOf): Promise<Cut[]> {
    const table = this.#clickhouse.qualified('feature_vectors');
    return this.#clickhouse.query<Cut>(lastPositions(table, OF_SERVICE), serviceParameters(service));
  }

  async #span(sql: string, parameters: Record<string, unknown>): Promise<Span | null> {
    const row = await this.#clickhouse.queryOne<SpanRow>(sql, parameters);
    return row === null || row.partitions === 0 ? null : { oldestMs: row.oldest_ms, newestMs: row.newest_ms };
  }

  /** Features and scores, in the order of a hash: of more rows than are asked for, always the same ones. Streamed, so memory holds columns. */
  async #sample(
    from: string,
    served: string,
    parameters: Record<string, unknown>,
    { maxRows, cuts }: SampleOptions,
  ): Promise<PredictionSample> {
    const builder = new SampleBuilder(maxRows);
    const pages = this.#clickhouse.stream<ServedRow>(
      `SELECT numbers, strings, ${served}, feature_service, feature_service_version
       FROM (${from}${cuts === undefined ? '' : ` AND ${UP_TO_CUTS}`})
       ORDER BY cityHash64(event_id), event_id LIMIT {max_rows:UInt64}`,
      { ...parameters, ...cutParameters(cuts ?? []), max_rows: maxRows },
    );
    for await (const rows of pages) {
      for (const row of rows) {
        builder.add(row, await this.#catalog.namesOf(row.feature_service, row.feature_service_version));
      }
    }
    return builder.build();
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
}

const COUNTS = `count() AS rows, countIf(status != 'ok') AS errors, countIf(isNotNull(label)) AS labelled, sum(corrections) AS corrections`;

function watchedParameters({ endpoint, predictions }: Watched): Record<string, unknown> {
  return { endpoint, with_requests: predictions === 'all' };
}

function parametersOf(watched: Watched, { fromMs, toMs }: TimeRange): Record<string, unknown> {
  return { ...watchedParameters(watched), from_ms: fromMs, to_ms: toMs };
}

function serviceParameters({ featureService, version }: VectorsOf): Record<string, unknown> {
  return { service: featureService, version };
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
