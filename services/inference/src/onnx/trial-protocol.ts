import type { ModelPlan } from './model-plan.ts';
import type { Refusal } from './refusal.ts';

/** What the service asks of the trial process. */
export interface TrialRequest {
  readonly modelFile: string;
  readonly plan: ModelPlan;
  /** Rows of the largest batch that will be asked of the model. */
  readonly batchRows: number;
  /** A batch that takes longer than this would hold up everything else in the service. */
  readonly maxBatchMs: number;
  /** Loading holds up everything else too, in one piece: well below what a consumer group takes for a death. */
  readonly maxLoadMs: number;
}

export type TrialReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'passed'; readonly report: TrialReport }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface TrialReport {
  readonly loadMs: number;
  readonly batchMs: number;
  readonly peakBytes: number;
}
