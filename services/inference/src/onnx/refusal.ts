/** Why a model is not served: a stable code and a sentence that says what to do. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}

export type RefusalCode =
  | 'INFERENCE_ARTIFACT_HASH_MISMATCH'
  | 'INFERENCE_MODEL_TOO_LARGE'
  | 'INFERENCE_MODEL_UNREADABLE'
  | 'INFERENCE_MODEL_EXTERNAL_DATA'
  | 'INFERENCE_MODEL_CUSTOM_OPERATORS'
  | 'INFERENCE_MODEL_UNBOUNDED_OPERATORS'
  | 'INFERENCE_MODEL_NON_TENSOR_OUTPUT'
  | 'INFERENCE_MODEL_INPUT_MISMATCH'
  | 'INFERENCE_MODEL_OUTPUT_UNSUITABLE'
  | 'INFERENCE_MODEL_TRIAL_FAILED'
  | PassingCode;

/** What a busy machine or a file that is still on its way can bring about: the same model may be served later. */
const passingCodes = [
  'INFERENCE_ARTIFACT_MISSING',
  'INFERENCE_MODEL_TRIAL_KILLED',
  'INFERENCE_MODEL_TRIAL_TIMEOUT',
  'INFERENCE_MODEL_TOO_SLOW',
] as const;
type PassingCode = (typeof passingCodes)[number];

/** True of a refusal that does not lie in the model's content. */
export function mayPass(code: RefusalCode): boolean {
  return (passingCodes as readonly RefusalCode[]).includes(code);
}

export type Verdict<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export function admitted<T>(value: T): Verdict<T> {
  return { ok: true, value };
}

export function refused(code: RefusalCode, reason: string): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { code, reason } };
}
