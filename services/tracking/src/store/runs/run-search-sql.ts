import { purgedStage } from '../../flow/runs/run-head.ts';
import {
  isNumberField,
  type FoundRun,
  type OrderValue,
  type RunExpression,
  type RunSearch,
  type SearchClause,
  type SearchField,
  type SearchOrder,
} from '../../flow/runs/run-search.ts';
import { float64Parameter, float64Sql } from './float-parameter.ts';
import { winnerPlaces } from './run-latest-table.ts';
import type { RunsInForce } from './runs-in-force.ts';

export interface Sql {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

const won = (place: number): string => `tupleElement(max(winner), ${place})`;

/**
 * The search as one statement over what stands. Whatever a client wrote, keys and values alike, goes in as a parameter.
 * Each row is an id and, for each order, a rank and a value.
 */
export function runSearchSql(search: RunSearch, runs: RunsInForce): Sql {
  const standing = runs.standing(scope);
  const sql = new SearchSql(search, standing);
  const places = search.order.map((order, index) => sql.place(order, index));
  const conditions = [sql.lifecycle(), sql.condition(search.where)];
  const orders = search.order.map(({ descending }, index) => `rank${index}, value${index}${descending ? ' DESC' : ''}`);
  const text = `
    SELECT id, ${places.join(', ')} FROM (
      SELECT id, any(experiment) AS experiment,
        anyIf(text, key = 'lifecycle_stage') AS lifecycle_stage,
        anyIf(text, key = 'name') AS name,
        anyIf(text, key = 'user_id') AS user_id,
        anyIf(text, key = 'status') AS status,
        anyIf(text, key = 'artifact_uri') AS artifact_uri,
        anyIf(text, key = 'model_type') AS model_type,
        anyIf(text, key = 'source_run_id') AS source_run_id,
        max(recorded_at_ms) AS last_updated_time,
        toInt64OrZero(anyIf(text, key = 'created_time')) AS created_time,
        toInt64OrZero(anyIf(text, key = 'start_time')) AS start_time,
        toInt64OrNull(anyIf(text, key = 'end_time')) AS end_time
      FROM (
        SELECT id, key, any(experiment_id) AS experiment, ${won(winnerPlaces.text)} AS text,
          ${won(winnerPlaces.recordedAtMs)} AS recorded_at_ms
        FROM ${standing} WHERE kind = 'attribute' GROUP BY key, id
      )
      GROUP BY id
      HAVING countIf(key = 'created_time') > 0
    ) AS runs
    ${sql.joins.join('\n')}
    WHERE ${conditions.join('\n AND ')}
      AND ${search.after === undefined ? '1' : sql.behind(search.after, search.order)}
    ORDER BY ${[...orders, 'id'].join(', ')}
    LIMIT {limit:UInt32}`;
  return { text, parameters: sql.parameters };
}

export function foundRunOf(row: Readonly<Record<string, number | string>>, orders: number): FoundRun {
  const place = Array.from({ length: orders }, (_, index): OrderValue => [
    Number(row[`rank${index}`]),
    row[`value${index}`] ?? 0,
  ]);
  return { id: String(row['id']), place };
}

const scope = 'subject = {subject:String} AND experiment_id IN {experiments:Array(String)}';

class SearchSql {
  readonly parameters: Record<string, unknown>;
  readonly joins: string[] = [];
  readonly #search: RunSearch;
  readonly #standing: string;

  constructor(search: RunSearch, standing: string) {
    this.#search = search;
    this.#standing = standing;
    this.parameters = {
      subject: search.subject,
      experiments: search.experimentIds,
      deletedExperiments: search.deletedExperimentIds,
      limit: search.limit,
    };
  }

  /** A run of a deleted experiment is deleted with it, and comes back with it. What is purged is there until it is erased. */
  lifecycle(): string {
    const deleted = `(lifecycle_stage = 'deleted' OR has({deletedExperiments:Array(String)}, experiment))`;
    const isThere = `lifecycle_stage != '${purgedStage}'`;
    if (this.#search.viewType === 'ALL') return isThere;
    return `${isThere} AND ${this.#search.viewType === 'DELETED_ONLY' ? deleted : `NOT ${deleted}`}`;
  }

  condition(where: RunExpression): string {
    switch (where.kind) {
      case 'comparison':
        return this.#comparison(where.clause);
      case 'not':
        return `NOT ${this.condition(where.term)}`;
      default: {
        const neutral = where.kind === 'and' ? '1' : '0';
        return `(${[neutral, ...where.terms.map((term) => this.condition(term))].join(where.kind === 'and' ? ' AND ' : ' OR ')})`;
      }
    }
  }

  /** A rank (0 a value, 1 NaN, 2 missing) and a value, which stands still where the rank says it all. */
  place({ field }: SearchOrder, index: number): string {
    const named = (rank: string, value: string): string => `${rank} AS rank${index}, ${value} AS value${index}`;
    if (field.on === 'attribute') {
      const column = columnOf(field);
      return field.key === 'end_time'
        ? named(`if(isNull(${column}), 2, 0)`, `ifNull(${column}, 0)`)
        : named('0', column);
    }
    const [holder, held] = [`holder${index}`, `held${index}`];
    this.joins.push(
      `LEFT JOIN (SELECT id AS ${holder}, value AS ${held} FROM (${this.#values(field)})) AS o${index} ON ${holder} = runs.id`,
    );
    const missing = `${holder} = ''`;
    return isNumberField(field)
      ? named(`multiIf(${missing}, 2, isNaN(${held}), 1, 0)`, `if(${missing} OR isNaN(${held}), 0, ${held})`)
      : named(`if(${missing}, 2, 0)`, held);
  }

  /** Behind a place of the order: greater in the first of the orders in which it differs. */
  behind({ id, place }: FoundRun, order: readonly SearchOrder[]): string {
    return order.reduceRight(
      (rest, { field, descending }, index) => {
        const [rank, value] = place[index] ?? [0, 0];
        const given = isNumberField(field) ? this.#float(Number(value)) : this.#parameter(String(value));
        const beyond = descending ? '<' : '>';
        const ranked = this.#parameter(rank, 'UInt8');
        return `(rank${index} > ${ranked} OR (rank${index} = ${ranked} AND (value${index} ${beyond} ${given} OR (value${index} = ${given} AND ${rest}))))`;
      },
      `id > ${this.#parameter(id)}`,
    );
  }

  #comparison(clause: SearchClause): string {
    const { field, comparator } = clause;
    // What is missing meets no comparison, and NOT makes a truth of that.
    if (field.on === 'attribute') return `ifNull(${this.#compare(columnOf(field), clause)}, 0)`;
    if (comparator === 'IS NULL') return `id NOT IN (${this.#holders(field, '1')})`;
    if (comparator === 'IS NOT NULL') return `id IN (${this.#holders(field, '1')})`;
    return `id IN (${this.#holders(field, this.#compare('value', clause))})`;
  }

  #holders(field: SearchField, condition: string): string {
    return `SELECT id FROM (${this.#values(field)}) WHERE ${condition}`;
  }

  /** Id and value of every subject that has the field. */
  #values(field: SearchField): string {
    const from = (kind: string): string => `FROM ${this.#standing} WHERE kind = '${kind}'`;
    const keyed = (kind: string): string => `${from(kind)} AND key = ${this.#parameter(field.key)} GROUP BY id`;
    switch (field.on) {
      case 'metric':
        return `SELECT id, if(${won(winnerPlaces.rank3)} = -inf, nan, ${won(winnerPlaces.rank3)}) AS value ${keyed('metric')}`;
      case 'param':
        return `SELECT id, ${won(winnerPlaces.text)} AS value ${keyed('param')}`;
      case 'dataset':
        return `SELECT id, ${datasetValue(field.key)} AS value FROM (SELECT id, max(winner) AS dataset ${from('dataset')} GROUP BY key, id)`;
      default:
        return `SELECT id, ${won(winnerPlaces.text)} AS value ${keyed('tag')} HAVING NOT ${won(winnerPlaces.removed)}`;
    }
  }

  #compare(column: string, { field, comparator, value }: SearchClause): string {
    if (comparator === 'IN' || comparator === 'NOT IN') {
      const found = `has(${this.#parameter(value, 'Array(String)')}, ${column})`;
      return comparator === 'IN' ? found : `NOT ${found}`;
    }
    if (comparator === 'LIKE' || comparator === 'ILIKE') {
      // A backslash means nothing in MLflow's patterns.
      return `${column} ${comparator} ${this.#parameter(String(value).replaceAll('\\', '\\\\'))}`;
    }
    return `${column} ${comparator} ${isNumberField(field) ? this.#float(Number(value)) : this.#parameter(value)}`;
  }

  #float(value: number): string {
    const name = this.#name();
    this.parameters[name] = float64Parameter(value);
    return float64Sql(name);
  }

  #parameter(value: unknown, type = 'String'): string {
    const name = this.#name();
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }

  #name(): string {
    return `p${Object.keys(this.parameters).length}`;
  }
}

function columnOf(field: SearchField): string {
  return field.on === 'attribute' && field.key === 'run_id' ? 'id' : field.key;
}

function datasetValue(key: 'name' | 'digest' | 'context'): string {
  if (key === 'name') return `tupleElement(dataset, ${winnerPlaces.datasetName})`;
  if (key === 'digest') return `tupleElement(dataset, ${winnerPlaces.datasetDigest})`;
  return `JSONExtractString(arrayFirst(tag -> JSONExtractString(tag, 'key') = 'mlflow.data.context', JSONExtractArrayRaw(tupleElement(dataset, ${winnerPlaces.text}), 'tags')), 'value')`;
}
