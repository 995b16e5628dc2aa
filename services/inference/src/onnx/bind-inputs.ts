import type { Feature, FeatureSignature, FeatureSlot } from './feature-signature.ts';
import { featureSlots, isText } from './feature-signature.ts';
import type { ColumnPlan, InputPlan } from './model-plan.ts';
import type { ElementType, OnnxValue, ValueType } from './onnx-model.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';

type TensorType = Extract<ValueType, { kind: 'tensor' }>;

/** Element types that hold every value of a feature: a double in an integer would be cut, a number in a boolean lost. */
function holds(elementType: ElementType, feature: Feature): boolean {
  // The JSON of a list or a map is nothing that a model was trained on.
  if (isText(feature)) return feature.type === 'string' && elementType === 'string';
  if (elementType === 'float32' || elementType === 'float64') return true;
  return feature.type === 'boolean' && elementType !== 'string';
}

/** Finds how the features become the model's inputs: one matrix of all numbers, or one input a feature by name. */
export function bindInputs(inputs: readonly OnnxValue[], signature: FeatureSignature): Verdict<InputPlan> {
  const [first] = inputs;
  if (first === undefined) return mismatch('the model has no input');
  const named = inputs.every((input) => signature.features.some((feature) => feature.name === input.name));
  // A matrix may happen to be named like a feature; one feature is never more than 1 wide.
  if (inputs.length === 1 && isWide(first)) return bindMatrix(first, signature);
  if (named) return bindColumns(inputs, signature);
  if (inputs.length === 1) return bindMatrix(first, signature);
  const unknown = inputs.map((input) => input.name).filter((name) => !signature.features.some((f) => f.name === name));
  return mismatch(
    `the model has ${inputs.length} inputs, of which ${listed(unknown)} are no features of ${described(signature)}: ` +
      'give it one input [rows, features], or inputs named like the features',
  );
}

function bindMatrix(input: OnnxValue, signature: FeatureSignature): Verdict<InputPlan> {
  const { type } = input;
  if (type.kind !== 'tensor') return mismatch(`input "${input.name}" is no tensor but a ${type.kind}`);
  const { elementType, shape } = type;
  if (elementType !== 'float32' && elementType !== 'float64' && elementType !== 'int64') {
    return mismatch(
      `input "${input.name}" takes ${elementName(type)}; a matrix of features must be float, double or int64`,
    );
  }
  const strings = signature.features.filter(isText).map((feature) => feature.name);
  if (strings.length > 0) {
    return mismatch(
      `input "${input.name}" is one matrix of numbers, but ${described(signature)} has the features ${listed(strings)}, ` +
        'which are no numbers: give the model one input a feature, or leave them out of the feature service',
    );
  }
  const unfit = signature.features.find((feature) => !holds(elementType, feature));
  if (unfit !== undefined) {
    return mismatch(
      `input "${input.name}" takes ${elementType}, but feature "${unfit.name}" is a ${unfit.type}: ` +
        'export the model with a float input',
    );
  }
  const width = signature.features.length;
  if (shape !== null && shape.length !== 2) {
    return mismatch(`input "${input.name}" has ${shape.length} dimensions, not the two of [rows, features]`);
  }
  const [rows, columns] = shape ?? [null, null];
  if (typeof rows === 'number') return mismatch(fixedRows(input.name, rows));
  if (typeof columns === 'number' && columns !== width) {
    return mismatch(`input "${input.name}" takes ${columns} features, ${described(signature)} makes ${width}`);
  }
  return admitted({ kind: 'matrix', input: input.name, elementType, width });
}

function bindColumns(inputs: readonly OnnxValue[], signature: FeatureSignature): Verdict<InputPlan> {
  const slots = new Map(featureSlots(signature.features).map((slot) => [slot.name, slot]));
  const featuresByName = new Map(signature.features.map((feature) => [feature.name, feature]));
  const columns: ColumnPlan[] = [];
  for (const input of inputs) {
    const slot = slots.get(input.name);
    const feature = featuresByName.get(input.name);
    if (slot === undefined || feature === undefined) return mismatch(`input "${input.name}" is no feature`);
    const column = bindColumn(input, slot, feature);
    if (!column.ok) return column;
    columns.push(column.value);
  }
  return admitted({ kind: 'columns', columns });
}

function bindColumn(input: OnnxValue, slot: FeatureSlot, feature: Feature): Verdict<ColumnPlan> {
  const { type } = input;
  if (type.kind !== 'tensor') return mismatch(`input "${input.name}" is no tensor but a ${type.kind}`);
  const { elementType, shape } = type;
  if (elementType === 'other' || !holds(elementType, feature)) {
    return mismatch(
      `input "${input.name}" takes ${elementName(type)}, but feature "${feature.name}" is a ${feature.type}`,
    );
  }
  const rank = shape?.length ?? 2;
  if (rank !== 1 && rank !== 2) {
    return mismatch(`input "${input.name}" has ${rank} dimensions, not the [rows] or [rows, 1] of one feature`);
  }
  const rows = shape?.[0] ?? null;
  if (rows !== null) return mismatch(fixedRows(input.name, rows));
  const width = shape?.[1] ?? 1;
  if (width !== 1) return mismatch(`input "${input.name}" is ${width} wide; one feature is 1 wide`);
  return admitted({ input: input.name, elementType, list: slot.list, index: slot.index, rank });
}

function isWide({ type }: OnnxValue): boolean {
  const columns = type.kind === 'tensor' ? (type.shape?.[1] ?? 1) : 1;
  return columns > 1;
}

function mismatch(reason: string): ReturnType<typeof refused> {
  return refused('INFERENCE_MODEL_INPUT_MISMATCH', reason);
}

function fixedRows(input: string, rows: number): string {
  return `input "${input}" takes exactly ${rows} rows: export the model with a free first dimension`;
}

function elementName(type: TensorType): string {
  return type.elementType === 'other' ? `ONNX element type ${type.code}` : type.elementType;
}

function described(signature: FeatureSignature): string {
  return `feature service "${signature.featureService}" version ${signature.featureServiceVersion}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}
