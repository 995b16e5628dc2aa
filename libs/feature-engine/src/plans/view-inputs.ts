import { checkExpression, type CheckedType } from '../expressions/check-expression.ts';
import { compileExpression, type Evaluator } from '../expressions/compile-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { references } from '../expressions/references.ts';
import { canonicalJson } from '../definitions/canonical-json.ts';
import { viewScope } from '../definitions/check-feature-view.ts';
import type { WindowedFeature } from '../definitions/definition.ts';
import { Faults } from '../definitions/faults.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { RowReader } from './row-reader.ts';
import type { SourcePlan } from './source-plan.ts';
import type { EntryInputs } from './values.ts';

/** One distinct (filter, input) of a view: features with the same pair share a column of the state. */
export interface ViewInput {
  readonly kind: 'number' | 'string';
  /** Absent: the value is 1 for every event that passes the filter. */
  readonly input?: Expression;
  readonly inputType: CheckedType;
  readonly filter?: Expression;
  /** Features that read this column. */
  readonly features: readonly WindowedFeature[];
}

/** The distinct inputs of a view, those that yield numbers (booleans as 0 and 1) first. A plain count needs none. */
export function viewInputs(features: readonly WindowedFeature[], source: SourcePlan): ViewInput[] {
  const inputs = new Map<string, ViewInput & { features: WindowedFeature[] }>();
  for (const feature of features) {
    if (feature.input === undefined && feature.filter === undefined) continue;
    const key = inputKey(feature);
    const known = inputs.get(key);
    if (known !== undefined) {
      known.features.push(feature);
      continue;
    }
    const { input, filter } = feature;
    const type =
      input === undefined ? 'number' : checkExpression(input, viewScope(source.definition), '', new Faults());
    inputs.set(key, {
      kind: type === 'string' ? 'string' : 'number',
      ...(input === undefined ? {} : { input }),
      inputType: type,
      ...(filter === undefined ? {} : { filter }),
      features: [feature],
    });
  }
  const all = [...inputs.values()];
  return [...all.filter(({ kind }) => kind === 'number'), ...all.filter(({ kind }) => kind === 'string')];
}

export function inputKey({ input, filter }: WindowedFeature): string {
  return canonicalJson([input ?? null, filter ?? null]);
}

export type InputEvaluator = (row: Row, eventTimeMs: number) => EntryInputs | Invalid;

/** Compiles the inputs of a view into one function of a row. */
export function compileInputs(inputs: readonly ViewInput[], source: SourcePlan): InputEvaluator {
  const columns = [...new Set(inputs.flatMap(columnsOf))];
  const reader = new RowReader(columns.map((name) => ({ name, type: source.columns[name] ?? 'string' })));
  const slotOf: Parameters<typeof compileExpression>[1] = (reference) =>
    reference.op === 'column' ? columns.indexOf(reference.name) : columns.length;
  const compiled = inputs.map((input) => ({
    kind: input.kind,
    holds: input.filter === undefined ? null : compileExpression(input.filter, slotOf),
    value: input.input === undefined ? always : compileExpression(input.input, slotOf),
  }));
  return (row, eventTimeMs) => {
    const slots = reader.read(row);
    if (isInvalid(slots)) return slots;
    slots.push(eventTimeMs);
    const numbers: number[] = [];
    const strings: (string | null)[] = [];
    for (const { kind, holds, value } of compiled) {
      const result = holds === null || holds(slots) === true ? value(slots) : null;
      if (kind === 'number') numbers.push(result === null ? Number.NaN : Number(result));
      else strings.push(result as string | null);
    }
    return { numbers, strings };
  };
}

const always: Evaluator = () => 1;

function columnsOf({ input, filter }: ViewInput): string[] {
  return [input, filter]
    .flatMap((expression) => (expression === undefined ? [] : references(expression)))
    .flatMap((reference) => (reference.op === 'column' ? [reference.name] : []));
}
