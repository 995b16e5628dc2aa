import type { Tensor } from 'onnxruntime-node';
import type { OutputPlan } from './model-plan.ts';

/** One score a row out of the model's output; throws when the output's shape is not the planned one. */
export function readScores(plan: OutputPlan, output: Tensor, rows: number): Float64Array {
  const width = plan.kind === 'positive-class' ? 2 : 1;
  const { data, dims } = output;
  const fits = dims[0] === rows && (dims.length === 2 ? dims[1] === width : dims.length === 1 && width === 1);
  if (!fits || !(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new Error(
      `output "${plan.name}" came as ${output.type}[${dims.join(', ')}] for ${rows} rows, expected a float ` +
        (width === 2 ? `[${rows}, 2]` : `[${rows}] or [${rows}, 1]`),
    );
  }
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row++) scores[row] = data[row * width + width - 1] ?? Number.NaN;
  return scores;
}
