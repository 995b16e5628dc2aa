import { CodedError } from '@millrace/service-kit';
import { endpointNotFound } from '../errors.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import { featureSlots } from '../onnx/feature-signature.ts';
import type { VectorRow } from '../onnx/vector-row.ts';
import { modelInCharge } from './model-in-charge.ts';
import type { ServedEndpoints } from './served-endpoints.ts';

export interface VectorsToCompare {
  readonly featureService: string;
  readonly featureServiceVersion: number;
  readonly vectors: readonly VectorRow[];
}

export interface ComparisonScores {
  readonly modelVersion: string;
  /** Null where the model failed. */
  readonly scores: readonly (number | null)[];
}

/**
 * What the model in charge makes of vectors that were scored, or trained on, before: drift compares windows with it. Nothing is decided
 * about anybody, so nothing is published or counted as a prediction.
 */
export class ScoreForComparison {
  readonly #served: Pick<ServedEndpoints, 'get'>;

  constructor(served: Pick<ServedEndpoints, 'get'>) {
    this.#served = served;
  }

  async run(name: string, asked: VectorsToCompare): Promise<ComparisonScores> {
    const served = this.#served.get(name);
    if (served === undefined) throw endpointNotFound(name);
    const model = modelInCharge(served);
    checkShape(served.endpoint.signature, asked);
    const { scores, errors } = await model.scorer.score(asked.vectors);
    return {
      modelVersion: model.version.version,
      scores: Array.from(scores, (score, row) => (errors.has(row) ? null : score)),
    };
  }
}

function checkShape(
  signature: FeatureSignature,
  { featureService, featureServiceVersion, vectors }: VectorsToCompare,
): void {
  if (signature.featureService !== featureService || signature.featureServiceVersion !== featureServiceVersion) {
    throw new CodedError(
      'INFERENCE_FEATURE_SERVICE_CHANGED',
      `the endpoint takes vectors of "${signature.featureService}" version ${signature.featureServiceVersion}, ` +
        `not of "${featureService}" version ${featureServiceVersion}`,
    );
  }
  const slots = featureSlots(signature.features);
  const numbers = slots.filter((slot) => slot.list === 'numbers').length;
  const strings = slots.length - numbers;
  const faults = vectors.flatMap((vector, i) =>
    vector.numbers.length === numbers && vector.strings.length === strings
      ? []
      : [{ path: `vectors[${i}]`, message: `must hold ${numbers} numbers and ${strings} strings` }],
  );
  if (faults.length > 0) {
    throw new CodedError('REQUEST_INVALID', `${faults[0]?.path}: ${faults[0]?.message}`, { faults });
  }
}
