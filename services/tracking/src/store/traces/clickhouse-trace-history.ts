import { ClickHouseFault, listPages, type ClickHouse } from '@millrace/clickhouse';
import { invalidParameter } from '@millrace/mlflow-protocol';
import type { TraceHistory } from '../../flow/traces/ports.ts';
import type { MeasuredPoint, TraceMeasurement, TraceMeasurements } from '../../flow/traces/query-trace-metrics.ts';
import type { PlacedSpan, TraceFact, TraceFactKind } from '../../flow/traces/trace-facts.ts';
import type { TraceSearch } from '../../flow/traces/trace-search.ts';
import type { StoredLog } from '../stored-log.ts';
import { measuredPoint, traceMetricsSql, type MeasuredRow } from './trace-metrics-sql.ts';
import { traceCountSql, traceSearchSql, type Sql, type TraceTables } from './trace-search-sql.ts';
import { countedAttributes } from '../../flow/traces/span-totals.ts';
import { spansTable, traceFactsTable } from './trace-tables.ts';

interface FactRow {
  readonly experiment_id: string;
  readonly trace_id: string;
  readonly kind: TraceFactKind;
  readonly key: string;
  readonly text: string;
  readonly removed: boolean;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly item: number;
  readonly recorded_at_ms: number;
  readonly actor: string;
}

interface SpanRow {
  readonly experiment_id: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id: string;
  readonly name: string;
  readonly span_type: string;
  readonly status: string;
  readonly status_message: string;
  /** As text: JSON's numbers do not hold nanoseconds. */
  readonly start: string;
  readonly end: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly events: string;
  readonly links: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly item: number;
  readonly recorded_at_ms: number;
}

type CountedSpanRow = Pick<
  SpanRow,
  'experiment_id' | 'trace_id' | 'span_id' | 'parent_span_id' | 'log_partition' | 'log_offset' | 'item'
> & { readonly token_usage: string; readonly cost: string };

/** CANNOT_COMPILE_REGEXP of the server: its patterns know less than ours (no look-around). */
const badPattern = 427;

/** Traces in ClickHouse: what the sink has stored of the log. */
export class ClickHouseTraceHistory implements TraceHistory, TraceMeasurements {
  readonly #clickhouse: ClickHouse;
  readonly #stored: Pick<StoredLog, 'until'>;
  readonly #tables: TraceTables;

  constructor(clickhouse: ClickHouse, stored: Pick<StoredLog, 'until'>) {
    this.#clickhouse = clickhouse;
    this.#stored = stored;
    this.#tables = {
      facts: clickhouse.qualified(traceFactsTable.name),
      spans: clickhouse.qualified(spansTable.name),
    };
  }

  untilStored(wanted: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void> {
    return this.#stored.until(wanted);
  }

  async factsOf(traceIds: readonly string[]): Promise<TraceFact[]> {
    const found: TraceFact[] = [];
    for (const page of listPages(traceIds)) {
      const rows = await this.#clickhouse.query<FactRow>(
        `SELECT * EXCEPT recorded_at, toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms
         FROM ${this.#tables.facts} WHERE trace_id IN {page:Array(String)}`,
        { page },
      );
      for (const row of rows) found.push(asFact(row));
    }
    return found;
  }

  async spansOf(traceIds: readonly string[]): Promise<PlacedSpan[]> {
    const found: PlacedSpan[] = [];
    for (const page of listPages(traceIds)) {
      const rows = await this.#clickhouse.query<SpanRow>(
        `SELECT * EXCEPT (recorded_at, start_ns, end_ns), toString(start_ns) AS start, toString(end_ns) AS end,
           toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms
         FROM ${this.#tables.spans} WHERE trace_id IN {page:Array(String)}
         ORDER BY log_offset DESC, item DESC LIMIT 1 BY trace_id, span_id`,
        { page },
      );
      for (const row of rows) found.push(asSpan(row));
    }
    return found;
  }

  async countedSpansOf(traceIds: readonly string[]): Promise<PlacedSpan[]> {
    const found: PlacedSpan[] = [];
    for (const page of listPages(traceIds)) {
      const rows = await this.#clickhouse.query<CountedSpanRow>(
        `SELECT experiment_id, trace_id, span_id, parent_span_id, token_usage, cost, log_partition, log_offset, item
         FROM ${this.#tables.spans} WHERE trace_id IN {page:Array(String)} AND trace_id IN (
           SELECT trace_id FROM ${this.#tables.spans}
           WHERE trace_id IN {page:Array(String)} AND (token_usage != '' OR cost != ''))
         ORDER BY log_offset DESC, item DESC LIMIT 1 BY trace_id, span_id`,
        { page },
      );
      for (const row of rows) found.push(asCountedSpan(row));
    }
    return found;
  }

  async search(search: TraceSearch): Promise<string[]> {
    const rows = await this.#ask<{ trace_id: string }>(traceSearchSql(search, this.#tables));
    return rows.map((row) => row.trace_id);
  }

  async count(searches: readonly TraceSearch[]): Promise<number[]> {
    const counts = await Promise.all(
      searches.map((search) => this.#ask<{ found: number }>(traceCountSql(search, this.#tables))),
    );
    return counts.map(([row]) => row?.found ?? 0);
  }

  async measure(measurement: TraceMeasurement): Promise<MeasuredPoint[]> {
    const rows = await this.#ask<MeasuredRow>(traceMetricsSql(measurement, this.#tables));
    return rows.map((row) => measuredPoint(row, measurement));
  }

  async #ask<T>({ text, parameters }: Sql): Promise<T[]> {
    try {
      return await this.#clickhouse.query<T>(text, parameters);
    } catch (error) {
      if (error instanceof ClickHouseFault && error.serverCode === badPattern) {
        throw invalidParameter(`Invalid filter: a pattern of RLIKE is not understood: ${error.message.slice(0, 300)}`);
      }
      throw error;
    }
  }
}

function asFact(row: FactRow): TraceFact {
  return {
    experimentId: row.experiment_id,
    traceId: row.trace_id,
    kind: row.kind,
    key: row.key,
    text: row.text,
    removed: row.removed,
    partition: row.log_partition,
    offset: row.log_offset,
    item: row.item,
    recordedAtMs: row.recorded_at_ms,
    actor: row.actor,
  };
}

function asSpan(row: SpanRow): PlacedSpan {
  return {
    experimentId: row.experiment_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id === '' ? null : row.parent_span_id,
    name: row.name,
    spanType: row.span_type,
    statusCode: row.status,
    statusMessage: row.status_message,
    startNs: row.start,
    endNs: row.end,
    attributes: row.attributes,
    events: row.events,
    links: row.links,
    resource: row.resource,
    partition: row.log_partition,
    offset: row.log_offset,
    item: row.item,
    recordedAtMs: row.recorded_at_ms,
  };
}

function asCountedSpan({ token_usage: tokens, cost, ...row }: CountedSpanRow): PlacedSpan {
  const said = [
    [countedAttributes.tokens, tokens],
    [countedAttributes.cost, cost],
  ].filter(([, text]) => text !== '');
  return asSpan({
    ...row,
    attributes: Object.fromEntries(said) as Record<string, string>,
    name: '',
    span_type: '',
    status: 'UNSET',
    status_message: '',
    start: '0',
    end: '0',
    events: '[]',
    links: '[]',
    resource: {},
    recorded_at_ms: 0,
  });
}
