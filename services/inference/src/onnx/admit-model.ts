import { bindInputs } from './bind-inputs.ts';
import { chooseScoreOutput } from './choose-score-output.ts';
import type { FeatureSignature } from './feature-signature.ts';
import type { InputPlan, ModelPlan } from './model-plan.ts';
import { parseOnnx } from './parse-onnx.ts';
import { hasEncoder, readCategories } from './read-categories.ts';
import type { Verdict } from './refusal.ts';
import { admitted, refused } from './refusal.ts';

export interface AdmissionLimits {
  readonly maxModelBytes: number;
  readonly maxNodes: number;
  readonly maxInputs: number;
}

const allowedDomains = new Set(['ai.onnx', 'ai.onnx.ml']);
/** A loop bound can come out of the data: such a model can hold the process for minutes on one row. */
const unboundedOperators = new Set(['ai.onnx:Loop', 'ai.onnx:Scan']);

/** Judges a model file by its bytes alone; nothing of it runs. A plan is still to be tried on rows. */
export function admitModel(
  bytes: Uint8Array,
  signature: FeatureSignature,
  limits: AdmissionLimits,
): Verdict<ModelPlan> {
  if (bytes.byteLength > limits.maxModelBytes) {
    return refused(
      'INFERENCE_MODEL_TOO_LARGE',
      `the model file has ${bytes.byteLength} bytes, the limit is ${limits.maxModelBytes}`,
    );
  }
  const model = parseOnnx(bytes);
  if (model === null) {
    return refused('INFERENCE_MODEL_UNREADABLE', `the ${bytes.byteLength} bytes are not a complete ONNX model`);
  }
  if (model.nodeCount > limits.maxNodes || model.inputs.length > limits.maxInputs) {
    return refused(
      'INFERENCE_MODEL_TOO_LARGE',
      `the model has ${model.nodeCount} nodes and ${model.inputs.length} inputs, ` +
        `the limits are ${limits.maxNodes} and ${limits.maxInputs}`,
    );
  }
  const [external] = model.externalTensors;
  if (external !== undefined) {
    return refused(
      'INFERENCE_MODEL_EXTERNAL_DATA',
      `${model.externalTensors.length} tensors, "${external}" among them, keep their data in another file: ` +
        'save the model as one file (save_as_external_data=False)',
    );
  }
  const custom = [...model.operators].filter((operator) => !allowedDomains.has(domainOf(operator)));
  if (custom.length > 0) {
    return refused(
      'INFERENCE_MODEL_CUSTOM_OPERATORS',
      `operators outside of ONNX are not run: ${custom.slice(0, 5).join(', ')}`,
    );
  }
  const unbounded = [...model.operators].filter((operator) => unboundedOperators.has(operator));
  if (unbounded.length > 0) {
    return refused(
      'INFERENCE_MODEL_UNBOUNDED_OPERATORS',
      `operators whose running time the data decides are not run: ${unbounded.join(', ')}`,
    );
  }
  const inputs = bindInputs(model.inputs, signature);
  if (!inputs.ok) return inputs;
  const output = chooseScoreOutput(model.outputs);
  if (!output.ok) return output;
  const categories = hasEncoder(model.operators) ? readCategories(bytes) : new Map<string, readonly string[]>();
  return admitted({ inputs: withCategories(inputs.value, categories), output: output.value });
}

function withCategories(plan: InputPlan, categories: ReadonlyMap<string, readonly string[]>): InputPlan {
  if (plan.kind === 'matrix') return plan;
  const columns = plan.columns.map((column) => {
    const known = column.list === 'strings' ? categories.get(column.input) : undefined;
    return known === undefined ? column : { ...column, categories: known };
  });
  return { kind: 'columns', columns };
}

function domainOf(operator: string): string {
  return operator.slice(0, operator.lastIndexOf(':'));
}
