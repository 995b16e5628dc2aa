import { createHash } from 'node:crypto';
import type { AdmissionLimits } from '../onnx/admit-model.ts';
import { admitModel } from '../onnx/admit-model.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import { OnnxScorer } from '../onnx/onnx-scorer.ts';
import type { Verdict } from '../onnx/refusal.ts';
import { admitted, refused } from '../onnx/refusal.ts';
import type { TrialRunner } from '../onnx/trial-runner.ts';
import type { ModelVersion } from './model-version.ts';
import type { ModelArtifacts } from './ports.ts';

export interface DeployModelOptions {
  readonly artifacts: ModelArtifacts;
  readonly trial: Pick<TrialRunner, 'run'>;
  readonly limits: AdmissionLimits;
  readonly warmUpBatch: number;
}

/** From a promoted version to a model that is loaded and warm, or to the reason why it is not served. */
export class DeployModel {
  readonly #options: DeployModelOptions;

  constructor(options: DeployModelOptions) {
    this.#options = options;
  }

  async run(version: ModelVersion, signature: FeatureSignature): Promise<Verdict<OnnxScorer>> {
    const { artifacts, trial, limits, warmUpBatch } = this.#options;
    const file = await artifacts.read(version);
    if (file.kind === 'missing') {
      return refused('INFERENCE_ARTIFACT_MISSING', `there is no ONNX file at ${version.artifactUri}`);
    }
    if (file.kind === 'too-large') {
      return refused(
        'INFERENCE_MODEL_TOO_LARGE',
        `the model file has more than the ${file.maxBytes} bytes of the limit`,
      );
    }
    const { bytes } = file;
    const hash = createHash('sha256').update(bytes).digest('hex');
    if (hash !== version.artifactHash) {
      return refused(
        'INFERENCE_ARTIFACT_HASH_MISMATCH',
        `the file at ${version.artifactUri} has SHA-256 ${hash}, the promotion says ${version.artifactHash}`,
      );
    }
    const plan = admitModel(bytes, signature, limits);
    if (!plan.ok) return plan;
    const tried = await trial.run(bytes, plan.value);
    if (!tried.ok) return tried;
    return admitted(await OnnxScorer.load(bytes, plan.value, warmUpBatch));
  }
}
