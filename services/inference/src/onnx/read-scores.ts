import type { InferenceSession } from 'onnxruntime-node';
import type { OutputPlan } from './model-plan.ts';

/** The model gives something else than its plan says: no row of it can be read. */
export class OutputShapeError extends Error {
  override readonly name = 'OutputShapeError';
}

/** One score a row out of the model's outputs; throws `OutputShapeError` when the shape is not the planned one. */
export function readScores(plan: OutputPlan, outputs: InferenceSession.OnnxValueMapType, rows: number): Float64Array {
  const output = outputs[plan.name];
  if (output === undefined) throw new OutputShapeError(`the model gave no output "${plan.name}"`);
  const { data, dims } = output;
  const width = dims.length === 1 ? 1 : (dims[1] ?? 0);
  const fits = dims[0] === rows && dims.length <= 2 && (width === 1 || (width === 2 && plan.kind === 'positive-class'));
  if (!fits || !(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new OutputShapeError(
      `output "${plan.name}" came as ${output.type}[${dims.join(', ')}] for ${rows} rows, expected a float ` +
        (plan.kind === 'positive-class' ? `[${rows}, 2], ` : '') +
        `[${rows}] or [${rows}, 1]`,
    );
  }
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) scores[row] = data[row * width + width - 1] ?? Number.NaN;
  return scores;
}
