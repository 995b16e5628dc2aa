import { checkExpression, type ExpressionScope } from '../expressions/check-expression.ts';
import { compileExpression, type Evaluator } from '../expressions/compile-expression.ts';
import type { ExpressionType, ExpressionValue } from '../expressions/expression.ts';
import { printExpression, printLiteral, type ReferenceSql } from '../expressions/print-expression.ts';
import { Faults } from '../definitions/faults.ts';
import { isText, type FeatureType } from '../plans/feature-type.ts';
import type { PlannedFeature, ViewValues } from '../plans/values.ts';
import type { DerivedFeature } from './derived-feature.ts';
import type { ExpandedFeatures, FeatureOutput } from './expand-features.ts';

type PlannedOutput = PlannedFeature &
  (
    | { readonly from: 'window'; readonly windowed: PlannedFeature; readonly index: number; readonly nulls: NullCount }
    | { readonly from: 'derived'; readonly definition: DerivedFeature; readonly type: 'double' | 'boolean' | 'string' }
  );

/** Where the number of nulls in the window of a feature stands, if they matter. */
type NullCount = { readonly index: number; readonly slot: number } | null;

/** What SQL of outputs is made of. */
export interface OutputColumns {
  /** The column of a windowed feature. */
  readonly windowed: (index: number) => string;
  /** The name that an output gets, by which those after it read it. */
  readonly output: (index: number) => string;
  /** Condition: the time lies too far back for the state to answer, so that everything is missing. */
  readonly tooLate: string;
}

/** Makes what a view shows out of the values of its windows: passes them on, leaves out poisoned ones, evaluates derived ones. */
export class FeatureOutputs {
  /** In the order of the document. */
  readonly features: readonly PlannedFeature[];
  readonly #outputs: readonly PlannedOutput[];
  /** One an output; null where it is no derived one. */
  readonly #evaluators: readonly (Evaluator | null)[];
  /** Whether there is nothing to be made: every window is shown as it is. */
  readonly #plain: boolean;

  /** `windowed` are those of the expansion, planned in their order. */
  constructor({ outputs }: ExpandedFeatures, windowed: readonly PlannedFeature[]) {
    const planned: PlannedOutput[] = [];
    const slots = { numbers: 0, strings: 0 };
    for (const output of outputs) {
      const made = planOutput(output, windowed, planned);
      planned.push({ ...made, slot: isText(made.type) ? slots.strings++ : slots.numbers++ });
    }
    this.#outputs = planned;
    this.features = planned.map(({ name, type, slot }) => ({ name, type, slot }));
    this.#plain = planned.every((output) => output.from === 'window' && output.nulls === null);
    this.#evaluators = planned.map((output) =>
      output.from === 'derived'
        ? compileExpression(output.definition.expression, (reference) =>
            planned.findIndex(({ name }) => reference.op === 'feature' && reference.name === name),
          )
        : null,
    );
  }

  evaluate(values: ViewValues): ViewValues {
    if (this.#plain) return values;
    const known: ExpressionValue[] = [];
    const numbers: number[] = [];
    const strings: (string | null)[] = [];
    for (let index = 0; index < this.#outputs.length; index += 1) {
      const output = this.#outputs[index] as PlannedOutput;
      const value = values.answerable ? this.#valueOf(output, index, values, known) : null;
      known.push(value);
      if (isText(output.type)) strings.push(value as string | null);
      else numbers.push(value === null ? Number.NaN : Number(value));
    }
    return { answerable: values.answerable, numbers, strings };
  }

  #valueOf(output: PlannedOutput, index: number, values: ViewValues, known: readonly ExpressionValue[]) {
    if (output.from === 'derived') return this.#evaluators[index]?.(known) ?? output.definition.empty ?? null;
    const { nulls, windowed } = output;
    if (nulls !== null && (values.numbers[nulls.slot] ?? 0) > 0) return null;
    if (isText(windowed.type)) return values.strings[windowed.slot] ?? null;
    const number = values.numbers[windowed.slot] ?? Number.NaN;
    if (Number.isNaN(number)) return null;
    return windowed.type === 'boolean' ? number !== 0 : number;
  }

  /** One expression an output, in order: numbers and booleans as Nullable(Float64), texts as Nullable(String). */
  sql({ windowed, output: nameOf, tooLate }: OutputColumns): string[] {
    const types = new Map(this.#outputs.map(({ name, type }) => [name, type]));
    const scope: ExpressionScope = { columns: {}, columnsOf: 'a view', features: types };
    const reference: ReferenceSql = (used) => {
      const index = this.#outputs.findIndex(({ name }) => used.op === 'feature' && used.name === name);
      return this.#outputs[index]?.type === 'boolean' ? `(${nameOf(index)} != 0)` : nameOf(index);
    };
    return this.#outputs.map((output) => {
      if (output.from === 'window') {
        const { index, nulls } = output;
        return nulls === null ? windowed(index) : `if(${windowed(nulls.index)} > 0, NULL, ${windowed(index)})`;
      }
      const { expression, empty = null } = output.definition;
      const type = checkExpression(expression, scope, '', new Faults()) as ExpressionType;
      const printed = printExpression(expression, type, reference);
      const value = empty === null ? printed : `ifNull(${printed}, ${printLiteral(empty)})`;
      return `if(${tooLate}, NULL, ${isText(output.type) ? value : `toFloat64(${value})`})`;
    });
  }
}

function planOutput(
  output: FeatureOutput,
  windowed: readonly PlannedFeature[],
  before: readonly PlannedFeature[],
): PlannedOutput {
  const { name } = output;
  if (output.from === 'window') {
    const of = windowed[output.index] as PlannedFeature;
    const nulls = output.nulls === null ? null : { index: output.nulls, slot: windowed[output.nulls]?.slot ?? -1 };
    return { from: 'window', name, slot: -1, type: of.type, windowed: of, index: output.index, nulls };
  }
  const { definition } = output;
  const features = new Map<string, FeatureType>(before.map((feature) => [feature.name, feature.type]));
  const checked = checkExpression(
    definition.expression,
    { columns: {}, columnsOf: 'a view', features },
    '',
    new Faults(),
  );
  const type = checked === 'boolean' || checked === 'string' ? checked : 'double';
  return { from: 'derived', name, slot: -1, type, definition };
}
