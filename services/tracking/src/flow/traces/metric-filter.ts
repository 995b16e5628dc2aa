import { invalidParameter, parseFilter, type Clause } from '@millrace/mlflow-protocol';
import type { MetricView } from './trace-metric.ts';
import { sourceRunKey, type TraceCondition, type TraceField } from './trace-search.ts';

/** What a metric is narrowed to: a condition on the trace, or what a span or an assessment is. */
export type MetricFilter =
  | { readonly on: 'trace'; readonly condition: TraceCondition }
  | { readonly on: 'span'; readonly column: 'name' | 'status' | 'type'; readonly value: string }
  | { readonly on: 'assessment'; readonly column: 'name' | 'type'; readonly value: string };

/** The entities of each view, and whether they take a key. */
const entities: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  trace: { status: false, tag: true, metadata: true },
  span: { name: false, status: false, type: false },
  assessment: { name: false, type: false },
};

/** One clause, as `trace.status = 'OK'` or `trace.metadata.key = 'x'`. */
export function resolveMetricFilter(view: MetricView, text: string): MetricFilter {
  const [clause, ...more] = parseFilter(text);
  if (clause === undefined || more.length > 0)
    throw invalidParameter(`Invalid filter: '${text.slice(0, 200)}'. Expected one filter clause.`);
  const value = valueOf(clause);
  const { kind, entity, key } = nameOf(clause);
  if (kind === 'trace') return { on: 'trace', condition: { field: fieldOf(entity, key), comparator: '=', value } };
  const place = `${kind.toUpperCase()}S`;
  if (view !== place)
    throw invalidParameter(`Filtering by ${kind} is only supported for ${place} view type, got ${view}`);
  return { on: kind, column: entity, value } as MetricFilter;
}

function fieldOf(entity: string, key: string): TraceField {
  if (entity === 'status') return { on: 'attribute', name: 'state' };
  if (entity === 'metadata' && key === sourceRunKey) return { on: 'run' };
  return { on: entity === 'tag' ? 'tag' : 'metadata', key };
}

function nameOf({ entity: kind, key: name }: Clause): {
  kind: 'trace' | 'span' | 'assessment';
  entity: string;
  key: string;
} {
  if (kind === null)
    throw invalidParameter(
      `Invalid identifier '${name}'. Columns should be specified as 'trace.<key>', 'span.<key>', 'assessment.<key>'.`,
    );
  if (kind !== 'trace' && kind !== 'span' && kind !== 'assessment')
    throw invalidParameter(`Invalid view type '${kind}'. Valid values are ${Object.keys(entities).join(', ')}`);
  const known = entities[kind] ?? {};
  const dot = name.indexOf('.');
  const entity = dot < 0 ? name : name.slice(0, dot);
  if (!Object.hasOwn(known, entity))
    throw invalidParameter(
      `Invalid entity '${entity}' specified for view type '${kind}'. Valid entities are ${Object.keys(known).join(', ')}`,
    );
  const key = dot < 0 ? '' : name.slice(dot + 1);
  if (known[entity] === true && key === '')
    throw invalidParameter(`Filtering by ${entity} requires a key, e.g. '${kind}.${entity}.<key> = <value>'`);
  if (known[entity] === false && key !== '')
    throw invalidParameter(`Filtering by ${entity} does not require a key, use '${kind}.${entity}' instead`);
  return { kind, entity, key };
}

function valueOf({ key, comparator, value }: Clause): string {
  if (comparator !== '=') throw invalidParameter(`Invalid comparator: '${comparator}', only '=' operator is supported`);
  if (typeof value === 'string') return value;
  throw invalidParameter(
    `Expected a quoted string value for ${key} value (e.g. 'my-value'). Got value ${String(value)}`,
  );
}
