import { createHash } from 'node:crypto';
import type { Prediction } from '@millrace/schemas';
import { CodedError, UnavailableError } from '@millrace/service-kit';
import { endpointInactive, endpointNotFound } from '../errors.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import { featureSlots } from '../onnx/feature-signature.ts';
import type { PublishPredictions } from '../publish/predictions.publisher.ts';
import type { EntityRow, FeatureServices, RequestedVector, RequestedVectors } from './ports.ts';
import type { Clock } from './score-vectors.ts';
import { modelFields, noOutputs, outcomeOf } from './score-vectors.ts';
import type { ActiveModel, ServedEndpoint } from './served-endpoint.ts';
import type { ServedEndpoints } from './served-endpoints.ts';

/** What is to be scored: entities whose features are read, or whole events as if they had been appended. */
export type ScoringInput =
  | { readonly kind: 'entities'; readonly rows: readonly EntityRow[]; readonly atMs: number | null }
  | { readonly kind: 'events'; readonly events: readonly Readonly<Record<string, unknown>>[] };

export interface ScoreRequestOptions {
  readonly served: ServedEndpoints;
  readonly features: FeatureServices;
  readonly publish: PublishPredictions;
  readonly clock: Clock;
  readonly onScored: (predictions: readonly Prediction[]) => void;
}

export interface ScoredRequest {
  readonly prediction: Prediction;
  readonly features: Readonly<Record<string, number | string | null>>;
}

/** The source topic in the identity of predictions that no record of a log led to. */
export const requestTopic = 'rest';

/** Scores rows on request; each one is published before it is answered, so there is no decision without its record. */
export class ScoreRequest {
  readonly #options: ScoreRequestOptions;

  constructor(options: ScoreRequestOptions) {
    this.#options = options;
  }

  async run(name: string, input: ScoringInput, requestIds: readonly string[]): Promise<ScoredRequest[]> {
    const { clock } = this.#options;
    const arrivedAtMs = clock.now();
    const served = this.#servedBy(name);
    const { signature } = served.endpoint;
    const { vectors } = await this.#vectors(signature, input);
    // After the last wait: the model that is taken here is the one that scores.
    const { active } = served;
    if (active === null) throw endpointInactive(name, 'its model was taken away');
    const startedMs = clock.elapsed();
    const scored = await active.scorer.score(vectors);
    const durationUs = Math.round((clock.elapsed() - startedMs) * 1000);
    const scoredAtMs = clock.now();
    const predictions = vectors.map((vector, row) =>
      toPrediction(vector, {
        endpoint: name,
        requestId: requestIds[row] ?? '',
        signature,
        model: active,
        outcome: outcomeOf(scored, row),
        arrivedAtMs,
        scoredAtMs,
        durationUs,
      }),
    );
    await this.#options.publish(
      predictions,
      requestIds.map((requestId) => Buffer.from(requestId)),
    );
    this.#options.onScored(predictions);
    return predictions.map((prediction) => ({ prediction, features: namedFeatures(signature, prediction) }));
  }

  #servedBy(name: string): ServedEndpoint {
    const served = this.#options.served.get(name);
    if (served === undefined) throw endpointNotFound(name);
    const { state } = served;
    if (state.kind === 'loading') {
      throw new UnavailableError(
        'INFERENCE_ENDPOINT_LOADING',
        `endpoint "${name}" is loading its model: ${state.reason}`,
      );
    }
    if (state.kind === 'inactive') throw endpointInactive(name, state.reason);
    return served;
  }

  async #vectors(signature: FeatureSignature, input: ScoringInput): Promise<RequestedVectors> {
    const { features } = this.#options;
    const service = { name: signature.featureService, version: signature.featureServiceVersion };
    if (input.kind === 'entities') return checked(signature, await features.read(service, input.rows, input.atMs));
    return checked(signature, await features.readCandidates(service, input.events));
  }
}

/** The features service must speak of the version that the endpoint was made for. */
function checked(signature: FeatureSignature, read: RequestedVectors): RequestedVectors {
  const names = ({ features }: FeatureSignature) => features.map((feature) => feature.name).join('\n');
  if (
    read.signature.featureServiceVersion === signature.featureServiceVersion &&
    names(read.signature) === names(signature)
  ) {
    return read;
  }
  throw new CodedError(
    'INFERENCE_FEATURE_SERVICE_CHANGED',
    `feature service "${signature.featureService}" answered with version ${read.signature.featureServiceVersion}, ` +
      `the endpoint takes version ${signature.featureServiceVersion}`,
  );
}

interface Circumstances {
  readonly endpoint: string;
  readonly requestId: string;
  readonly signature: FeatureSignature;
  readonly model: ActiveModel;
  readonly outcome: Pick<Prediction, 'status' | 'error' | 'score'>;
  readonly arrivedAtMs: number;
  readonly scoredAtMs: number;
  readonly durationUs: number;
}

function toPrediction(vector: RequestedVector, circumstances: Circumstances): Prediction {
  const { endpoint, requestId, signature, model, outcome, arrivedAtMs, scoredAtMs, durationUs } = circumstances;
  return {
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
}

/**
 * The place that a request id takes in the identity: no position in a log, but the same for the same id. 52 bits of
 * its SHA-256, so that two requests of one endpoint share it about once in 10^15 pairs.
 */
function requestPosition(requestId: string): number {
  return Number(createHash('sha256').update(requestId).digest().readBigUInt64BE() >> 12n);
}

function namedFeatures(signature: FeatureSignature, { numbers, strings }: Prediction): ScoredRequest['features'] {
  return Object.fromEntries(
    featureSlots(signature.features).map(({ name, list, index }) => {
      if (list === 'strings') return [name, strings[index] ?? null];
      const value = numbers[index] ?? Number.NaN;
      return [name, Number.isNaN(value) ? null : value];
    }),
  );
}
