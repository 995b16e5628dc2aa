import {
  isNumber,
  sessionKey,
  sourceRunKey,
  type TraceCondition,
  type TraceFilter,
  type TraceOrder,
  type TraceSearch,
} from '../../flow/traces/trace-search.ts';
import { observedMetadata } from '../../flow/traces/trace-head.ts';
import { SqlParameters } from './sql-parameters.ts';

export interface Sql {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface TraceTables {
  readonly facts: string;
  readonly spans: string;
}

/** The write that counts is the last one. */
const place = '(log_offset, item)';

/** Ids of the traces in order, as one statement. Whatever a client wrote, keys and values alike, goes in as a parameter. */
export function traceSearchSql(search: TraceSearch, tables: TraceTables): Sql {
  const parameters = parametersOf(search);
  const sql = new SearchSql(parameters);
  const where = sql.where(search.filter);
  const orders = [...search.order.map((order) => sql.order(order)), 'request_time DESC', 'trace_id'];
  const text = `
    WITH ${commonTables(tables)}
    SELECT traces.trace_id AS trace_id FROM (${tracesSql}) AS traces
    ${sql.joins.join('\n')}
    WHERE ${where}
    ORDER BY ${orders.join(', ')}
    LIMIT {limit:UInt64} OFFSET {offset:UInt64}`;
  return { text, parameters: { ...parameters.values, limit: search.limit, offset: search.offset } };
}

/** How many traces meet the filter. */
export function traceCountSql(search: TraceSearch, tables: TraceTables): Sql {
  const parameters = parametersOf(search);
  const sql = new SearchSql(parameters);
  const where = sql.where(search.filter);
  const text = `WITH ${commonTables(tables)} SELECT count() AS found FROM (${tracesSql}) AS traces WHERE ${where}`;
  return { text, parameters: parameters.values };
}

/** What `commonTables` needs, and whatever else a statement gets. */
export function parametersOf(scope: Pick<TraceSearch, 'experimentIds' | 'moment'>): SqlParameters {
  return new SqlParameters({ experiments: scope.experimentIds, moment: scope.moment });
}

/** Facts and spans as they stood at the moment of the search, without what was deleted by then. */
export function commonTables({ facts, spans }: TraceTables): string {
  const inScope = (table: string): string =>
    `has({experiments:Array(String)}, ${table}.experiment_id) AND ${table}.log_offset < arrayElement({moment:Array(UInt64)}, ${table}.log_partition + 1)`;
  const alive = (table: string): string =>
    `(deletions.trace_id = '' OR ${table}.log_offset > deletions.deleted_to) AND ${inScope(table)}`;
  return `
    deletions AS (
      SELECT trace_id, max(log_offset) AS deleted_to FROM ${facts} AS facts
      WHERE kind = 'deleted' AND ${inScope('facts')} GROUP BY trace_id),
    live AS (
      SELECT facts.* FROM ${facts} AS facts LEFT JOIN deletions ON deletions.trace_id = facts.trace_id
      WHERE facts.kind != 'deleted' AND ${alive('facts')}),
    live_spans AS (
      SELECT spans.*, spans.token_usage AS token_usage, spans.cost AS cost, spans.model AS model, spans.model_provider AS model_provider
      FROM ${spans} AS spans LEFT JOIN deletions ON deletions.trace_id = spans.trace_id
      WHERE ${alive('spans')}
      ORDER BY spans.log_offset DESC, spans.item DESC LIMIT 1 BY spans.trace_id, spans.span_id)`;
}

const said = (key: string): string => `kind = 'attribute' AND key = '${key}'`;
const seen = (key: string): string => `kind = 'observed' AND key = '${key}'`;

/** One row a trace; what a client said of the whole comes before what its spans show. */
export const tracesSql = `
  SELECT
    trace_id,
    argMin(experiment_id, ${place}) AS experiment,
    countIf(${said('request_time_ms')}) > 0 AS is_said,
    minIf(toInt64OrZero(text), ${seen('start_ms')}) AS seen_start,
    maxIf(toInt64OrZero(text), ${seen('end_ms')}) AS seen_end,
    if(is_said, toInt64OrZero(argMaxIf(text, ${place}, ${said('request_time_ms')})), seen_start) AS request_time,
    if(is_said, toInt64OrNull(argMaxIf(text, ${place}, ${said('execution_duration_ms')})),
      if(seen_end = 0, NULL, seen_end - seen_start)) AS execution_time,
    request_time + ifNull(execution_time, 0) AS end_time,
    argMaxIf(text, ${place}, ${said('state')}) AS said_state,
    argMaxIf(text, ${place}, ${seen('state')}) AS seen_state,
    multiIf(said_state NOT IN ('', 'IN_PROGRESS', 'STATE_UNSPECIFIED'), said_state,
      seen_state != '', seen_state, said_state != '', said_state, 'IN_PROGRESS') AS state,
    nullIf(argMaxIf(text, ${place}, ${said('client_request_id')}), '') AS client_request_id
  FROM live WHERE kind IN ('attribute', 'observed')
  GROUP BY trace_id
  HAVING is_said OR countIf(${seen('start_ms')}) > 0`;

/** Conditions on the rows of `tracesSql AS traces`, over the tables of `commonTables`. */
export class SearchSql {
  readonly joins: string[] = [];
  readonly #parameters: SqlParameters;

  constructor(parameters: SqlParameters) {
    this.#parameters = parameters;
  }

  where(filter: TraceFilter): string {
    switch (filter.kind) {
      case 'not':
        return `NOT (${this.where(filter.term)})`;
      case 'or':
        return `(${filter.terms.map((part) => this.where(part)).join(' OR ')})`;
      case 'comparison':
        return onSpan(filter.clause) ? this.#spanWith([filter.clause]) : this.#condition(filter.clause);
      default:
        return this.#all(filter.terms);
    }
  }

  order({ field, descending }: TraceOrder): string {
    const direction = descending ? 'DESC' : 'ASC';
    if (field.on === 'attribute') return `traces.${field.name} ${direction} NULLS LAST`;
    const alias = `o${this.joins.length}`;
    this.joins.push(`LEFT JOIN (${this.latest(field)}) AS ${alias} ON ${alias}.trace_id = traces.trace_id`);
    return `(${alias}.trace_id = '') ASC, ${alias}.value ${direction}`;
  }

  /** Of spans that are asked for together, one must meet all that is asked. */
  #all(parts: readonly TraceFilter[]): string {
    const spans = parts.flatMap((part) => (part.kind === 'comparison' && onSpan(part.clause) ? [part.clause] : []));
    const rest = parts
      .filter((part) => part.kind !== 'comparison' || !onSpan(part.clause))
      .map((part) => this.where(part));
    const conditions = [...rest, ...(spans.length > 0 ? [this.#spanWith(spans)] : [])];
    return conditions.length === 0 ? '1' : conditions.join('\n AND ');
  }

  #condition(condition: TraceCondition): string {
    const { field } = condition;
    switch (field.on) {
      case 'attribute':
        return this.#compare(`traces.${field.name}`, condition);
      case 'tag':
      case 'metadata':
        return this.#holders(this.latest(field), condition);
      case 'feedback':
      case 'expectation':
        return this.#holders(this.#assessed(field), condition);
      case 'issue':
        return `traces.trace_id IN (SELECT trace_id FROM (${latestAssessments}) WHERE ${assessmentIs('issue')} AND JSONExtractString(value, 'assessment_name') = ${this.#parameters.text(condition.value)})`;
      case 'prompt':
        return this.#linked('prompt', condition);
      case 'run':
        return this.#ofRun(condition);
      default:
        throw new Error(`a condition on ${field.on} is asked of spans`);
    }
  }

  /** A trace belongs to a run that it was linked to, and to the one in which it was made. */
  #ofRun(condition: TraceCondition): string {
    const made = this.#holders(this.latest({ on: 'metadata', key: sourceRunKey }), condition);
    if (condition.comparator !== '=' && condition.comparator !== 'IN') return made;
    return `(${made} OR ${this.#linked('run', condition)})`;
  }

  #linked(kind: 'run' | 'prompt', condition: TraceCondition): string {
    return `traces.trace_id IN (SELECT trace_id FROM live WHERE kind = '${kind}' AND ${this.#compare('key', condition)})`;
  }

  /** `values` gives trace_id and value of every trace that has the thing. */
  #holders(values: string, condition: TraceCondition): string {
    if (condition.comparator === 'IS NULL') return `traces.trace_id NOT IN (SELECT trace_id FROM (${values}))`;
    if (condition.comparator === 'IS NOT NULL') return `traces.trace_id IN (SELECT trace_id FROM (${values}))`;
    return `traces.trace_id IN (SELECT trace_id FROM (${values}) WHERE ${this.#compare('value', condition)})`;
  }

  /** trace_id and value of every trace that has it. */
  latest({ on, key }: { readonly on: 'tag' | 'metadata'; readonly key: string }): string {
    const observed = Object.entries(observedMetadata).find(([, name]) => on === 'metadata' && name === key)?.[0];
    const kinds = `kind = '${on}' AND key = ${this.#parameters.text(key)}`;
    const scope = observed === undefined ? kinds : `(${kinds} OR ${seen(observed)})`;
    return `SELECT trace_id, argMax(text, (kind = '${on}', log_offset, item)) AS value FROM live WHERE ${scope}
      GROUP BY trace_id HAVING NOT argMax(removed, (kind = '${on}', log_offset, item))`;
  }

  /** An assessment that names a session in its metadata is one of all traces of the session that its trace is in. */
  #assessed({ on, key }: { readonly on: 'feedback' | 'expectation'; readonly key: string }): string {
    const held = `SELECT trace_id, ${assessedValue(on)} AS value, JSONHas(json, 'metadata', '${sessionKey}') AS of_session
      FROM (SELECT trace_id, value AS json FROM (${latestAssessments}))
      WHERE ${assessmentIs(on, 'json')} AND JSONExtractBool(json, 'valid')
        AND JSONExtractString(json, 'assessment_name') = ${this.#parameters.text(key)}`;
    const session = this.latest({ on: 'metadata', key: sessionKey });
    return `SELECT trace_id, value FROM (${held})
      UNION ALL
      SELECT others.id AS trace_id, held.value AS value FROM (${held}) AS held
      INNER JOIN (SELECT trace_id AS id, value AS session FROM (${session})) AS own ON own.id = held.trace_id
      INNER JOIN (SELECT trace_id AS id, value AS session FROM (${session})) AS others ON others.session = own.session
      WHERE held.of_session`;
  }

  #spanWith(conditions: readonly TraceCondition[]): string {
    const all = conditions.map((condition) => this.#spanCondition(condition)).join(' AND ');
    return `traces.trace_id IN (SELECT trace_id FROM live_spans WHERE ${all})`;
  }

  #spanCondition(condition: TraceCondition): string {
    const { field } = condition;
    if (field.on === 'span') return this.#compare(spanColumns[field.column], condition);
    if (field.on !== 'span-attribute') throw new Error(`a condition on ${field.on} is not asked of spans`);
    const key = this.#parameters.text(field.key);
    const json = `attributes[${key}]`;
    const value = `if(startsWith(${json}, '"'), JSONExtractString(${json}), ${json})`;
    return `mapContains(attributes, ${key}) AND ${this.#compare(value, condition)}`;
  }

  #compare(expression: string, { field, comparator, value }: TraceCondition): string {
    if (Array.isArray(value)) return `${expression} ${comparator} ${this.#parameters.texts(value as string[])}`;
    if (comparator === 'RLIKE') return `match(${expression}, ${this.#parameters.text(value)})`;
    if (isNumber(field)) return `${expression} ${comparator} ${this.#parameters.number(value)}`;
    // A text that is no number is not above or below one.
    if (/^[<>]/.test(comparator))
      return `toFloat64OrNull(${expression}) ${comparator} ${this.#parameters.number(value)}`;
    return `${expression} ${comparator} ${this.#parameters.text(value)}`;
  }
}

function onSpan({ field }: TraceCondition): boolean {
  return field.on === 'span' || field.on === 'span-attribute';
}

const spanColumns = {
  name: 'name',
  type: 'span_type',
  status: 'status',
  content: `concat(name, '\\n', arrayStringConcat(arrayMap((k, v) -> concat('"', k, '": ', v), mapKeys(attributes), mapValues(attributes)), '\\n'))`,
} as const;

export const latestAssessments = `SELECT trace_id, key, argMax(text, ${place}) AS value FROM live WHERE kind = 'assessment'
  GROUP BY trace_id, key HAVING NOT argMax(removed, ${place})`;

function assessmentIs(kind: 'feedback' | 'expectation' | 'issue', json = 'value'): string {
  return `JSONHas(${json}, '${kind}')`;
}

/** Texts without their quotes, other values as JSON. */
function assessedValue(kind: 'feedback' | 'expectation'): string {
  return `multiIf(
    JSONHas(json, '${kind}', 'serialized_value'), JSONExtractString(json, '${kind}', 'serialized_value', 'value'),
    JSONType(json, '${kind}', 'value') = 'String', JSONExtractString(json, '${kind}', 'value'),
    JSONExtractRaw(json, '${kind}', 'value'))`;
}
