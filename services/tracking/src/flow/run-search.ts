import { invalidParameter, parseFilter, parseOrderBy, type Clause, type Comparator } from '@millrace/mlflow-protocol';

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

/** What a clause or an order is about. */
export type SearchField =
  | { readonly on: 'metric' | 'param' | 'tag'; readonly key: string }
  | { readonly on: 'attribute'; readonly key: RunAttribute }
  | { readonly on: 'dataset'; readonly key: 'name' | 'digest' | 'context' };

const numberAttributes = ['start_time', 'end_time', 'created_time'] as const;
const textAttributes = ['run_id', 'name', 'user_id', 'status', 'artifact_uri'] as const;
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

export interface RunSearch {
  readonly subject: 'run' | 'logged-model';
  /** Experiments whose own state lets their runs be seen as they are. */
  readonly experimentIds: readonly string[];
  /** Experiments that are deleted, and all their runs with them. */
  readonly deletedExperimentIds: readonly string[];
  readonly viewType: ViewType;
  readonly clauses: readonly SearchClause[];
  readonly order: readonly SearchOrder[];
  readonly limit: number;
  readonly offset: number;
}

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

const attributeNames: Readonly<Record<string, RunAttribute>> = {
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
  // logged models
  model_id: 'run_id',
  creation_timestamp: 'created_time',
  creation_time: 'created_time',
};

export function searchClauses(filter: string | undefined): SearchClause[] {
  return parseFilter(filter).map((clause) => {
    const field = fieldOf(clause.entity, clause.key);
    const allowed = comparatorsOf(field);
    if (!allowed.includes(clause.comparator)) {
      throw invalidParameter(
        `Invalid comparator '${clause.comparator}' for ${field.on} '${clause.key}': it is not one of ${allowed.join(', ')}`,
      );
    }
    return { field, comparator: clause.comparator, value: valueOf(field, clause) };
  });
}

export function searchOrder(orderBy: readonly string[]): SearchOrder[] {
  return parseOrderBy(orderBy).map(({ entity, key, descending }) => {
    const field = fieldOf(entity, key);
    if (field.on === 'dataset') throw invalidParameter(`Invalid order_by clause: runs cannot be ordered by datasets`);
    return { field, descending };
  });
}

function fieldOf(entity: string | null, key: string): SearchField {
  const on = entity === null ? 'attribute' : entities[entity];
  if (on === undefined) {
    throw invalidParameter(
      `Invalid entity type '${entity}'. Valid values are metrics, params, tags, attributes, datasets`,
    );
  }
  if (on === 'attribute') {
    const attribute = attributeNames[key.toLowerCase()];
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
      return field.key === 'run_id' ? [...texts, ...lists] : texts;
    case 'dataset':
      return [...texts, ...lists];
    default:
      return [...texts, ...nulls];
  }
}

function valueOf(field: SearchField, { comparator, value, key }: Clause): Clause['value'] {
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
