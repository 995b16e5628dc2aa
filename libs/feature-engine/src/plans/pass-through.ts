import type { PassThroughFeature } from '../definitions/definition.ts';
import { compileExpression, type SlotOf } from '../expressions/compile-expression.ts';
import type { ExpressionValue } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { isText } from './feature-type.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { RowReader } from './row-reader.ts';
import type { ServiceView } from './service-plan.ts';
import type { SourcePlan } from './source-plan.ts';
import type { PlannedFeature, ViewValues } from './values.ts';

export type PassThroughEvaluator = (
  row: Row,
  eventTimeMs: number,
  values: readonly ViewValues[],
) => readonly ExpressionValue[] | Invalid;

interface CompiledPassThrough {
  readonly evaluate: PassThroughEvaluator;
  readonly columns: readonly string[];
  readonly reader: RowReader;
}

/** Compiles the pass-through features of a service; slots are columns, then view features, then the event time. */
export function compilePassThrough(
  features: readonly PassThroughFeature[],
  source: SourcePlan,
  views: readonly ServiceView[],
): CompiledPassThrough {
  const used = features.flatMap(({ expression }) => references(expression));
  const columns = [...new Set(used.flatMap((reference) => (reference.op === 'column' ? [reference.name] : [])))];
  const wanted = new Set(used.flatMap((reference) => (reference.op === 'feature' ? [reference.name] : [])));
  const viewFeatures = views.flatMap(({ plan }, view) =>
    plan.features.filter(({ name }) => wanted.has(name)).map((feature) => ({ view, feature })),
  );
  const slotOf: SlotOf = (reference) => {
    if (reference.op === 'column') return columns.indexOf(reference.name);
    if (reference.op === 'event-time') return columns.length + viewFeatures.length;
    return columns.length + viewFeatures.findIndex(({ feature }) => feature.name === reference.name);
  };
  const reader = new RowReader(columns.map((name) => ({ name, type: source.columns[name] ?? 'string' })));
  const compiled = features.map(({ expression }) => compileExpression(expression, slotOf));
  const evaluate: PassThroughEvaluator = (row, eventTimeMs, values) => {
    const slots = reader.read(row);
    if (isInvalid(slots)) return slots;
    for (const { view, feature } of viewFeatures) slots.push(featureValue(values[view], feature));
    slots.push(eventTimeMs);
    return compiled.map((expression) => expression(slots));
  };
  return { evaluate, columns, reader };
}

function featureValue(values: ViewValues | undefined, feature: PlannedFeature): ExpressionValue {
  if (isText(feature.type)) return values?.strings[feature.slot] ?? null;
  const number = values?.numbers[feature.slot] ?? Number.NaN;
  if (Number.isNaN(number)) return null;
  return feature.type === 'boolean' ? number !== 0 : number;
}
