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
import type { LogMoment } from './ports.ts';

const numberAttributes = ['request_time', 'execution_time', 'end_time'] as const;
const textAttributes = ['trace_id', 'state', 'client_request_id'] as const;
type TraceAttribute = (typeof numberAttributes)[number] | (typeof textAttributes)[number] | 'experiment';

/** What a clause or an order looks at. */
export type TraceField =
  | { readonly on: 'attribute'; readonly name: TraceAttribute }
  | { readonly on: 'tag' | 'metadata'; readonly key: string }
  | { readonly on: 'feedback' | 'expectation'; readonly key: string }
  | { readonly on: 'span-attribute'; readonly key: string }
  | { readonly on: 'span'; readonly column: 'name' | 'type' | 'status' | 'content' }
  | { readonly on: 'run' | 'prompt' | 'issue' };

export interface TraceCondition {
  readonly field: TraceField;
  readonly comparator: Comparator;
  readonly value: string | number | readonly string[] | null;
}

export type TraceFilter = Expression<TraceCondition>;

export interface TraceOrder {
  readonly field: Extract<TraceField, { readonly on: 'attribute' | 'tag' | 'metadata' }>;
  readonly descending: boolean;
}

/** A search with every name resolved, over traces as they stood at one moment of the log. */
export interface TraceSearch {
  readonly experimentIds: readonly string[];
  readonly filter: TraceFilter;
  readonly order: readonly TraceOrder[];
  readonly moment: LogMoment;
  readonly limit: number;
  readonly offset: number;
}

const attributeNames: Readonly<Record<string, TraceAttribute>> = {
  request_id: 'trace_id',
  trace_id: 'trace_id',
  timestamp: 'request_time',
  timestamp_ms: 'request_time',
  request_time: 'request_time',
  execution_time: 'execution_time',
  execution_time_ms: 'execution_time',
  execution_duration: 'execution_time',
  end_time: 'end_time',
  end_time_ms: 'end_time',
  status: 'state',
  state: 'state',
  client_request_id: 'client_request_id',
  experiment_id: 'experiment',
};
const entities: Readonly<Record<string, string>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  trace: 'attribute',
  tag: 'tag',
  tags: 'tag',
  metadata: 'metadata',
  request_metadata: 'metadata',
  span: 'span',
  feedback: 'feedback',
  expectation: 'expectation',
  issue: 'issue',
};

export const traceNameTag = 'mlflow.traceName';
export const sourceRunKey = 'mlflow.sourceRun';
export const sessionKey = 'mlflow.trace.session';

export function resolveTraceFilter(source: string): TraceFilter {
  return mapExpression(parseExpression(source), resolveClause);
}

export function resolveTraceOrder(orderBy: readonly string[]): TraceOrder[] {
  return parseOrderBy(orderBy).map(({ entity, key, descending }) => ({
    field: orderField(fieldOf(entity, key), key),
    descending,
  }));
}

function resolveClause({ entity, key, comparator, value: said }: Clause): TraceCondition {
  const value = withoutNumbers(said);
  const field = fieldOf(entity, key);
  checkComparator(field, comparator);
  checkValue(field, comparator, value);
  return { field, comparator, value };
}

/** Lists hold texts only. */
function withoutNumbers(value: Clause['value']): TraceCondition['value'] {
  if (value === null || typeof value !== 'object') return value;
  const texts = value.filter((one) => typeof one === 'string');
  if (texts.length < value.length) throw notTexts(value);
  return texts;
}

function fieldOf(entityName: string | null, key: string): TraceField {
  const entity = entities[entityName ?? 'attribute'];
  if (entity === undefined)
    throw invalidParameter(
      `Invalid entity type '${entityName}'. Valid values are ${Object.keys(entities).sort().join(', ')}`,
    );
  if (entity === 'span') return spanField(key);
  if (entity === 'feedback' || entity === 'expectation') return { on: entity, key };
  if (entity === 'issue') {
    if (key === 'id') return { on: 'issue' };
    throw invalidParameter(`Invalid issue attribute '${key}'. Supported attributes: id`);
  }
  if (entity === 'tag') return key === 'prompt' ? { on: 'prompt' } : { on: 'tag', key };
  if (entity === 'metadata') return { on: 'metadata', key };
  return attributeField(key);
}

function attributeField(key: string): TraceField {
  if (key === 'name') return { on: 'tag', key: traceNameTag };
  if (key === 'run_id') return { on: 'run' };
  if (key === 'prompt') return { on: 'prompt' };
  if (key === 'text') return { on: 'span', column: 'content' };
  const name = Object.hasOwn(attributeNames, key) ? attributeNames[key] : undefined;
  if (name !== undefined) return { on: 'attribute', name };
  const valid = [...Object.keys(attributeNames), 'name', 'run_id', 'prompt', 'text'].sort().join(', ');
  throw invalidParameter(`Invalid attribute key '${key}' specified. Valid keys are ${valid}`);
}

function spanField(key: string): TraceField {
  if (key.startsWith('attributes.')) {
    const name = key.slice('attributes.'.length);
    if (name === '') throw invalidParameter("Span attribute name cannot be empty after 'attributes.'");
    return { on: 'span-attribute', key: name };
  }
  if (key === 'name' || key === 'type' || key === 'status' || key === 'content') return { on: 'span', column: key };
  throw invalidParameter(
    `Invalid span attribute '${key}'. Supported attributes: name, status, type, attributes.<attribute_name>.`,
  );
}

function orderField(field: TraceField, key: string): TraceOrder['field'] {
  if (field.on === 'attribute' || field.on === 'tag' || field.on === 'metadata') return field;
  if (field.on === 'run') return { on: 'metadata', key: sourceRunKey };
  throw invalidParameter(`Invalid order_by key '${key}': traces have no order by it`);
}

const texts: readonly Comparator[] = ['=', '!=', 'IN', 'NOT IN', 'LIKE', 'ILIKE', 'RLIKE'];
const numbers: readonly Comparator[] = ['=', '!=', '>', '>=', '<', '<='];
const nullable: readonly Comparator[] = [...texts, 'IS NULL', 'IS NOT NULL'];
const assessed: readonly Comparator[] = [...nullable, ...numbers];

function checkComparator(field: TraceField, comparator: Comparator): void {
  const valid = comparatorsOf(field);
  if (valid.includes(comparator)) return;
  if (field.on === 'prompt') {
    throw invalidParameter(
      `Invalid comparator '${comparator}' for prompts filter. Only '=' is supported with format: prompt = "name/version"`,
    );
  }
  const name = field.on === 'span' ? `span.${field.column} comparator` : 'Invalid comparator';
  throw invalidParameter(`${name} '${comparator}' not one of '${valid.join(', ')}'`);
}

function comparatorsOf(field: TraceField): readonly Comparator[] {
  switch (field.on) {
    case 'attribute':
      return isNumber(field) ? numbers : texts;
    case 'span':
      return field.column === 'content' ? ['LIKE', 'ILIKE', 'RLIKE'] : texts;
    case 'span-attribute':
      return texts;
    case 'prompt':
    case 'issue':
      return ['='];
    case 'feedback':
    case 'expectation':
      return assessed;
    default:
      return nullable;
  }
}

function checkValue(field: TraceField, comparator: Comparator, value: TraceCondition['value']): void {
  if (isNumber(field)) {
    if (typeof value === 'number') return;
    throw invalidParameter(
      `Expected numeric value type for numeric attribute: ${fieldName(field)}. Found ${String(value)}`,
    );
  }
  if (comparator === 'RLIKE') checkPattern(String(value));
  if (field.on === 'prompt' && String(value).split('/').length !== 2) {
    throw invalidParameter(`Invalid prompts filter value '${String(value)}'. Expected format: prompt = "name/version"`);
  }
  const takesNumbers = field.on === 'feedback' || field.on === 'expectation';
  if (typeof value === 'number' && !takesNumbers) {
    throw invalidParameter(
      `Expected a quoted string value for ${fieldName(field)} (e.g. 'my-value'). Got value ${value}`,
    );
  }
  if (takesNumbers && /^[<>]/.test(comparator) && !Number.isFinite(Number(value))) {
    throw invalidParameter(`Expected a number to compare ${fieldName(field)} with. Got value '${String(value)}'`);
  }
}

function checkPattern(pattern: string): void {
  try {
    void RegExp(pattern, 'u');
  } catch (cause) {
    throw invalidParameter(`Invalid pattern '${pattern}': ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

export function isNumber(field: TraceField): boolean {
  return field.on === 'attribute' && numberAttributes.some((name) => name === field.name);
}

function fieldName(field: TraceField): string {
  if (field.on === 'attribute') return field.name;
  return 'key' in field ? `${field.on}.${field.key}` : field.on;
}
