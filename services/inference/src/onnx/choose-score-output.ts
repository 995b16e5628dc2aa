import type { OutputPlan } from './model-plan.ts';
import type { OnnxValue } from './onnx-model.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';

/** The names that converters of scikit-learn, LightGBM and XGBoost give to class probabilities. */
const probabilityNames = /^(output_)?probabilit(y|ies)$/;

/**
 * The output that is the score: class probabilities if there are any (the score is that of class 1), else the one
 * output with a single number a row. Shapes that the file leaves open are settled by the trial.
 */
export function chooseScoreOutput(outputs: readonly OnnxValue[]): Verdict<OutputPlan> {
  for (const output of outputs) {
    if (output.type.kind !== 'tensor') return refused('INFERENCE_MODEL_NON_TENSOR_OUTPUT', nonTensor(output));
  }
  const floats = outputs.filter(isFloat);
  const probabilities = floats.find((output) => probabilityNames.test(output.name));
  if (probabilities !== undefined) {
    const width = widthOf(probabilities);
    if (width === null || width === 2) return admitted({ name: probabilities.name, kind: 'positive-class' });
    if (width === 1) return admitted({ name: probabilities.name, kind: 'single' });
    return refused(
      'INFERENCE_MODEL_OUTPUT_UNSUITABLE',
      `output "${probabilities.name}" holds ${width} classes; a score is one number, so two classes or a single column`,
    );
  }
  const single = floats.find((output) => widthOf(output) === 1) ?? floats.find((output) => widthOf(output) === null);
  if (single !== undefined) return admitted({ name: single.name, kind: 'single' });
  const names = outputs.map((output) => `"${output.name}"`).join(', ');
  return refused(
    'INFERENCE_MODEL_OUTPUT_UNSUITABLE',
    `none of the outputs ${names} is a float "probabilities" of [rows, 2] or a float of [rows, 1] or [rows]`,
  );
}

function isFloat(output: OnnxValue): boolean {
  return (
    output.type.kind === 'tensor' && (output.type.elementType === 'float32' || output.type.elementType === 'float64')
  );
}

/** Numbers a row; null when the file does not say; NaN for a tensor that has no rows of numbers at all. */
function widthOf(output: OnnxValue): number | null {
  if (output.type.kind !== 'tensor' || output.type.shape === null) return null;
  const { shape } = output.type;
  if (shape.length === 1) return 1;
  return shape.length === 2 ? (shape[1] ?? null) : Number.NaN;
}

function nonTensor(output: OnnxValue): string {
  const zipMap =
    output.type.kind === 'sequence' || output.type.kind === 'map' ? ' (a ZipMap: convert with zipmap=False)' : '';
  return `output "${output.name}" is no tensor but of kind ${output.type.kind}${zipMap}`;
}
