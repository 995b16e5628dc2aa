import {
  isNumberField,
  type RunSearch,
  type SearchClause,
  type SearchField,
  type SearchOrder,
} from '../flow/run-search.ts';

export interface Sql {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The point of a metric that counts: highest step, then time, then value, NaN below all values. */
export const newestPoint = '(step, timestamp_ms, if(isNaN(number), -inf, number))';
/** The write that counts of a tag or an attribute. */
const newestWrite = '(log_offset, item)';

/**
 * The search as one statement over the facts. Whatever a client wrote, keys and values alike, goes in as a parameter.
 */
export function runSearchSql(search: RunSearch, facts: string): Sql {
  const sql = new SearchSql(search, facts);
  const conditions = [sql.lifecycle(), ...search.clauses.map((clause) => sql.condition(clause))];
  const orders = [...search.order.map((order) => sql.order(order)), 'start_time DESC', 'id'];
  const text = `
    SELECT id FROM (
      SELECT id, any(experiment_id) AS experiment,
        ${sql.attribute('lifecycle_stage')} AS lifecycle_stage,
        ${sql.attribute('name')} AS name,
        ${sql.attribute('user_id')} AS user_id,
        ${sql.attribute('status')} AS status,
        ${sql.attribute('artifact_uri')} AS artifact_uri,
        toInt64OrZero(${sql.attribute('created_time')}) AS created_time,
        toInt64OrZero(${sql.attribute('start_time')}) AS start_time,
        toInt64OrNull(${sql.attribute('end_time')}) AS end_time
      FROM ${facts}
      WHERE subject = {subject:String} AND kind = 'attribute' AND has({experiments:Array(String)}, experiment_id)
      GROUP BY id
      HAVING created_time > 0 OR countIf(key = 'created_time') > 0
    ) AS runs
    ${sql.joins.join('\n')}
    WHERE ${conditions.join('\n AND ')}
    ORDER BY ${orders.join(', ')}
    LIMIT {limit:UInt32} OFFSET {offset:UInt32}`;
  return { text, parameters: sql.parameters };
}

class SearchSql {
  readonly parameters: Record<string, unknown>;
  readonly joins: string[] = [];
  readonly #search: RunSearch;
  readonly #facts: string;

  constructor(search: RunSearch, facts: string) {
    this.#search = search;
    this.#facts = facts;
    this.parameters = {
      subject: search.subject,
      experiments: [...search.experimentIds, ...search.deletedExperimentIds],
      deletedExperiments: search.deletedExperimentIds,
      limit: search.limit,
      offset: search.offset,
    };
  }

  attribute(name: string): string {
    return `argMaxIf(text, ${newestWrite}, key = '${name}')`;
  }

  /** A run of a deleted experiment is deleted with it, and comes back with it. */
  lifecycle(): string {
    const deleted = `(lifecycle_stage = 'deleted' OR has({deletedExperiments:Array(String)}, experiment))`;
    if (this.#search.viewType === 'ALL') return '1';
    return this.#search.viewType === 'DELETED_ONLY' ? deleted : `NOT ${deleted}`;
  }

  condition(clause: SearchClause): string {
    const { field, comparator } = clause;
    if (field.on === 'attribute') return this.#compare(columnOf(field), clause);
    if (comparator === 'IS NULL') return `id NOT IN (${this.#holders(field, '1')})`;
    if (comparator === 'IS NOT NULL') return `id IN (${this.#holders(field, '1')})`;
    return `id IN (${this.#holders(field, this.#compare('value', clause))})`;
  }

  order({ field, descending }: SearchOrder): string {
    const direction = descending ? 'DESC' : 'ASC';
    if (field.on === 'attribute') return `${columnOf(field)} ${direction} NULLS LAST`;
    const alias = `o${this.joins.length}`;
    this.joins.push(`LEFT JOIN (${this.#values(field)}) AS ${alias} ON ${alias}.id = runs.id`);
    // Missing last, and NaN with it, in either direction.
    const missing = isNumberField(field) ? `isNaN(${alias}.value) OR ${alias}.id = ''` : `${alias}.id = ''`;
    return `(${missing}) ASC, ${alias}.value ${direction}`;
  }

  #holders(field: SearchField, condition: string): string {
    return `SELECT id FROM (${this.#values(field)}) WHERE ${condition}`;
  }

  /** Id and value of every subject that has the field. */
  #values(field: SearchField): string {
    const scope = `FROM ${this.#facts} WHERE subject = {subject:String} AND has({experiments:Array(String)}, experiment_id)`;
    switch (field.on) {
      case 'metric':
        return `SELECT id, argMax(number, ${newestPoint}) AS value ${scope} AND kind = 'metric' AND key = ${this.#parameter(field.key)} GROUP BY id`;
      case 'param':
        return `SELECT id, argMin(text, ${newestWrite}) AS value ${scope} AND kind = 'param' AND key = ${this.#parameter(field.key)} GROUP BY id`;
      case 'dataset':
        return `SELECT id, ${datasetValue(field.key)} AS value ${scope} AND kind = 'dataset'`;
      default:
        return `SELECT id, argMax(text, ${newestWrite}) AS value ${scope} AND kind = 'tag' AND key = ${this.#parameter(field.key)} GROUP BY id HAVING argMax(removed, ${newestWrite}) = false`;
    }
  }

  #compare(column: string, { field, comparator, value }: SearchClause): string {
    if (comparator === 'IN' || comparator === 'NOT IN') {
      const found = `has(${this.#parameter(value, 'Array(String)')}, ${column})`;
      return comparator === 'IN' ? found : `NOT ${found}`;
    }
    if (comparator === 'LIKE' || comparator === 'ILIKE') return `${column} ${comparator} ${this.#parameter(value)}`;
    return `${column} ${comparator} ${this.#parameter(value, isNumberField(field) ? 'Float64' : 'String')}`;
  }

  #parameter(value: unknown, type = 'String'): string {
    const name = `p${Object.keys(this.parameters).length}`;
    this.parameters[name] = value;
    return `{${name}:${type}}`;
  }
}

function columnOf(field: SearchField): string {
  return field.on === 'attribute' && field.key === 'run_id' ? 'id' : field.key;
}

function datasetValue(key: 'name' | 'digest' | 'context'): string {
  if (key === 'name') return 'dataset_name';
  if (key === 'digest') return 'dataset_digest';
  return `JSONExtractString(arrayFirst(tag -> JSONExtractString(tag, 'key') = 'mlflow.data.context', JSONExtractArrayRaw(text, 'tags')), 'value')`;
}
