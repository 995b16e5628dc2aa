import { createHash } from 'node:crypto';
import type { Prediction } from '@millrace/schemas';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import { featureSlots } from '../onnx/feature-signature.ts';
import type { RequestedVector } from './ports.ts';
import { modelFields, noOutputs } from './score-vectors.ts';
import type { ActiveModel } from './served-endpoint.ts';

/** One row of a request as it was decided, with its features by name. */
export interface ScoredRow {
  readonly prediction: Prediction;
  readonly features: Readonly<Record<string, number | string | null>>;
}

/** The source topic in the identity of predictions that no record of a log led to. */
const requestTopic = 'rest';

export interface Circumstances {
  readonly endpoint: string;
  readonly requestId: string;
  readonly signature: FeatureSignature;
  readonly model: ActiveModel;
  readonly outcome: Pick<Prediction, 'status' | 'error' | 'score'>;
  readonly arrivedAtMs: number;
  readonly scoredAtMs: number;
  readonly durationUs: number;
}

export function requestedPrediction(vector: RequestedVector, circumstances: Circumstances): ScoredRow {
  const { endpoint, requestId, signature, model, outcome, arrivedAtMs, scoredAtMs, durationUs } = circumstances;
  const prediction: Prediction = {
    eventId: `${endpoint}|${requestTopic}|${requestId}`,
    lane: endpoint,
    sourceTopic: requestTopic,
    generation: 0,
    sourcePartition: 0,
    sourceOffset: requestPosition(requestId),
    endpoint,
    requestId,
    // A candidate that is streamed next has a prediction of its own under its id; this one is found by request id.
    sourceEventId: null,
    vectorEventId: null,
    entities: vector.entities,
    eventTimeMs: vector.eventTimeMs,
    sourceTimestampMs: arrivedAtMs,
    featureService: signature.featureService,
    featureServiceVersion: signature.featureServiceVersion,
    ...modelFields(model),
    ...outcome,
    outputs: noOutputs,
    numbers: vector.numbers,
    strings: vector.strings,
    vectorAtMs: arrivedAtMs,
    scoredAtMs,
    durationUs,
  };
  return { prediction, features: namedFeatures(signature, vector) };
}

/**
 * The place that a request id takes in the identity: no position in a log, but the same for the same id. 52 bits of
 * its SHA-256, so that two requests of one endpoint share it about once in 10^15 pairs.
 */
function requestPosition(requestId: string): number {
  return Number(createHash('sha256').update(requestId).digest().readBigUInt64BE() >> 12n);
}

function namedFeatures(signature: FeatureSignature, { numbers, strings }: RequestedVector): ScoredRow['features'] {
  return Object.fromEntries(
    featureSlots(signature.features).map(({ name, list, index }) => {
      if (list === 'strings') return [name, strings[index] ?? null];
      const value = numbers[index] ?? Number.NaN;
      return [name, Number.isNaN(value) ? null : value];
    }),
  );
}
