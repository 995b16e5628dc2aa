import {
  invalidParameter,
  mapExpression,
  notTexts,
  parseExpression,
  parseOrderBy,
  type Clause,
  type Comparator,
  type Expression,
} from '@millrace/mlflow-protocol';
import type { Subject } from './run-facts.ts';

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

/** What a clause or an order is about. */
export type SearchField =
  | { readonly on: 'metric' | 'param' | 'tag'; readonly key: string }
  | { readonly on: 'attribute'; readonly key: RunAttribute }
  | { readonly on: 'dataset'; readonly key: 'name' | 'digest' | 'context' };

const numberAttributes = ['start_time', 'end_time', 'created_time', 'last_updated_time'] as const;
const textAttributes = ['run_id', 'name', 'user_id', 'status', 'artifact_uri', 'model_type', 'source_run_id'] as const;
type RunAttribute = (typeof numberAttributes)[number] | (typeof textAttributes)[number];

export interface SearchClause {
  readonly field: SearchField;
  readonly comparator: Comparator;
  readonly value: Clause['value'];
}

export interface SearchOrder {
  readonly field: SearchField;
  readonly descending: boolean;
}

export type RunExpression = Expression<SearchClause>;

export interface RunQuery {
  readonly subject: Subject;
  readonly viewType: ViewType;
  readonly where: RunExpression;
  /** Ends with the start time, so that nothing but the id is left to decide. */
  readonly order: readonly SearchOrder[];
}

/** Runs behind a place of the order, at most `limit`, of these experiments. */
export interface RunSearch extends RunQuery {
  readonly experimentIds: readonly string[];
  /** Those of them that are deleted, and all their runs with them. */
  readonly deletedExperimentIds: readonly string[];
  readonly after: FoundRun | undefined;
  readonly limit: number;
}

/** A run and its place in the order of a search. */
export interface FoundRun {
  readonly id: string;
  /** One for each order: 0 and the value, 1 for NaN, 2 for a run that has none. */
  readonly place: readonly OrderValue[];
}

export type OrderValue = readonly [rank: number, value: number | string];

const ordered: readonly Comparator[] = ['=', '!=', '>', '>=', '<', '<='];
const texts: readonly Comparator[] = ['=', '!=', 'LIKE', 'ILIKE'];
const lists: readonly Comparator[] = ['IN', 'NOT IN'];
const nulls: readonly Comparator[] = ['IS NULL', 'IS NOT NULL'];

const entities: Readonly<Record<string, SearchField['on']>> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameter: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
  dataset: 'dataset',
  datasets: 'dataset',
};

type AttributeNames = Readonly<Record<string, RunAttribute>>;

const runAttributes: AttributeNames = {
  run_id: 'run_id',
  run_uuid: 'run_id',
  run_name: 'name',
  'run name': 'name',
  name: 'name',
  user_id: 'user_id',
  user: 'user_id',
  status: 'status',
  artifact_uri: 'artifact_uri',
  start_time: 'start_time',
  end_time: 'end_time',
  created: 'start_time',
};
const modelAttributes: AttributeNames = {
  model_id: 'run_id',
  name: 'name',
  model_type: 'model_type',
  source_run_id: 'source_run_id',
  status: 'status',
  creation_timestamp: 'created_time',
  creation_time: 'created_time',
  last_updated_timestamp: 'last_updated_time',
  last_updated_time: 'last_updated_time',
};

export function searchExpression(subject: Subject, filter: string | undefined): RunExpression {
  return mapExpression(parseExpression(filter), (clause) => searchClause(subject, clause));
}

function searchClause(subject: Subject, clause: Clause): SearchClause {
  const field = fieldOf(subject, clause);
  const allowed = comparatorsOf(field);
  if (!allowed.includes(clause.comparator)) {
    if (subject === 'logged-model') {
      throw invalidParameter(
        `Invalid comparison operator for ${field.on}s.${clause.key}: '${clause.comparator}'. Expected one of (${allowed.map((one) => `'${one}'`).join(', ')}).`,
      );
    }
    throw invalidParameter(
      `Invalid comparator '${clause.comparator}' for ${field.on} '${clause.key}': it is not one of ${allowed.join(', ')}`,
    );
  }
  return { field, comparator: clause.comparator, value: storedValue(subject, field, valueOf(field, clause)) };
}

/** In a filter the states of models are called without the prefix that they have in messages and in the log. */
function storedValue(subject: Subject, field: SearchField, value: Clause['value']): Clause['value'] {
  const isState = subject === 'logged-model' && field.on === 'attribute' && field.key === 'status';
  if (!isState || value === null || typeof value === 'number') return value;
  return typeof value === 'string' ? asState(value) : value.map((one) => asState(String(one)));
}

function asState(name: string): string {
  return name.startsWith(statePrefix) ? name : statePrefix + name;
}

const statePrefix = 'LOGGED_MODEL_';

/** Of equal runs the one that started last comes first. */
export function searchOrder(subject: Subject, orderBy: readonly string[]): SearchOrder[] {
  const order = parseOrderBy(orderBy).map(({ entity, key, descending }) => {
    const field = fieldOf(subject, { entity, key });
    if (field.on === 'dataset') throw invalidParameter(`Invalid order_by clause: runs cannot be ordered by datasets`);
    return { field, descending };
  });
  const names = order.map(({ field }) => `${field.on} ${field.key}`);
  if (new Set(names).size < names.length) {
    throw invalidParameter(`\`order_by\` contains duplicate fields: ${JSON.stringify(orderBy).slice(0, 500)}`);
  }
  if (names.includes('attribute start_time')) return order;
  return [...order, { field: { on: 'attribute', key: 'start_time' }, descending: true }];
}

function fieldOf(subject: Subject, { entity, key }: Pick<Clause, 'entity' | 'key'>): SearchField {
  const on = entity === null ? 'attribute' : entities[entity];
  if (on === undefined) {
    throw invalidParameter(
      `Invalid entity type '${entity}'. Valid values are metrics, params, tags, attributes, datasets`,
    );
  }
  if (on === 'attribute') {
    const attribute = (subject === 'run' ? runAttributes : modelAttributes)[key.toLowerCase()];
    if (attribute === undefined) throw invalidParameter(`Invalid attribute key '${key}' specified.`);
    return { on, key: attribute };
  }
  if (on === 'dataset') {
    if (key !== 'name' && key !== 'digest' && key !== 'context') {
      throw invalidParameter(`Invalid dataset key '${key}' specified: valid keys are name, digest, context`);
    }
    return { on, key };
  }
  return { on, key };
}

export function isNumberField(field: SearchField): boolean {
  return (
    field.on === 'metric' || (field.on === 'attribute' && (numberAttributes as readonly string[]).includes(field.key))
  );
}

function comparatorsOf(field: SearchField): readonly Comparator[] {
  if (isNumberField(field)) return ordered;
  switch (field.on) {
    case 'attribute':
    case 'dataset':
      return [...texts, ...lists];
    default:
      return [...texts, ...lists, ...nulls];
  }
}

function valueOf(field: SearchField, { comparator, value, key }: Clause): Clause['value'] {
  if (Array.isArray(value) && value.some((one: unknown) => typeof one !== 'string')) throw notTexts(value);
  if (nulls.includes(comparator) || lists.includes(comparator)) return value;
  if (isNumberField(field)) {
    // Attributes are compared with numbers that some clients quote.
    const number = typeof value === 'number' ? value : field.on === 'attribute' ? Number(value) : Number.NaN;
    if (Number.isNaN(number))
      throw invalidParameter(`Expected numeric value type for ${field.on}: ${key}. Found ${String(value)}`);
    return number;
  }
  if (typeof value !== 'string') {
    throw invalidParameter(
      `Expected a quoted string value for ${field.on} ${key} (e.g. 'my-value'). Got value ${String(value)}`,
    );
  }
  return value;
}
