import type { Prediction } from '@millrace/schemas';
import { CodedError } from '@millrace/service-kit';
import { endpointLoading, requestIdReused, timeNotCome } from '../errors.ts';
import type { FeatureSignature } from '../onnx/feature-signature.ts';
import type { PublishPredictions } from '../publish/predictions.publisher.ts';
import { modelInCharge } from './model-in-charge.ts';
import type { FeatureServices, RequestedVectors } from './ports.ts';
import type { RequestRecord, RequestRecords } from './request-records.ts';
import type { ScoredRow } from './requested-prediction.ts';
import { requestedPrediction } from './requested-prediction.ts';
import type { Clock } from './score-vectors.ts';
import { outcomeOf } from './score-vectors.ts';
import type { ScoringInput, ScoringRequest } from './scoring-request.ts';
import { bodyHash, rowIds } from './scoring-request.ts';
import type { ServedEndpoint } from './served-endpoint.ts';

export interface ScoreRequestOptions {
  readonly served: { get(name: string): ServedEndpoint | undefined };
  /** Throws when the journal, as it is now, holds no such endpoint. */
  readonly confirmEndpoint: (name: string) => Promise<unknown>;
  readonly features: FeatureServices;
  readonly records: RequestRecords;
  readonly publish: PublishPredictions;
  readonly clock: Clock;
  readonly onScored: (predictions: readonly Prediction[]) => void;
  readonly log: { warn(event: string, fields?: Readonly<Record<string, unknown>>): void };
}

/** How far the clock of a caller may be ahead of ours. */
const clockToleranceMs = 60_000;

/**
 * Scores rows on request, each request once. What was decided is kept under the request's id before it is published,
 * and it is published before it is answered: a crash in between publishes the same content again, and no caller hears
 * of a decision that has no record.
 */
export class ScoreRequest {
  readonly #options: ScoreRequestOptions;

  constructor(options: ScoreRequestOptions) {
    this.#options = options;
  }

  async run(request: ScoringRequest): Promise<readonly ScoredRow[]> {
    const arrivedAtMs = this.#options.clock.now();
    const served = await this.#served(request.endpoint);
    const earlier = await this.#options.records.find(request);
    if (earlier !== null) return this.#answerAgain(request, earlier);
    const scored = await this.#score(served, request, arrivedAtMs);
    const record = { bodyHash: bodyHash(request), scored, isPublished: false };
    const first = await this.#options.records.keepFirst(request, record);
    // Asked twice at once: the other one's decision counts, this one was never heard of.
    if (first !== null) return this.#answerAgain(request, first);
    await this.#publish(request, record);
    this.#options.onScored(scored.map(({ prediction }) => prediction));
    return scored;
  }

  async #answerAgain(request: ScoringRequest, record: RequestRecord): Promise<readonly ScoredRow[]> {
    if (record.bodyHash !== bodyHash(request)) throw requestIdReused(request);
    if (!record.isPublished) await this.#publish(request, record);
    return record.scored;
  }

  async #publish(request: ScoringRequest, record: RequestRecord): Promise<void> {
    const { publish, records, log } = this.#options;
    await publish(
      record.scored.map(({ prediction }) => prediction),
      rowIds(request).map((id) => Buffer.from(id)),
    );
    try {
      await records.markPublished(request, record);
    } catch (error) {
      // The decision is on record: a repeat publishes the same content once more, and that is all.
      log.warn('request-not-marked-published', { endpoint: request.endpoint, error });
    }
  }

  async #score(served: ServedEndpoint, request: ScoringRequest, arrivedAtMs: number): Promise<ScoredRow[]> {
    const { clock } = this.#options;
    const { signature } = served.endpoint;
    modelInCharge(served);
    const { vectors } = await this.#vectors(signature, request.input);
    // After the last wait: the model that is taken here is the one that scores.
    const model = modelInCharge(served);
    const startedMs = clock.elapsed();
    const scored = await model.scorer.score(vectors);
    const durationUs = Math.round((clock.elapsed() - startedMs) * 1000);
    const scoredAtMs = clock.now();
    const ids = rowIds(request);
    return vectors.map((vector, row) =>
      requestedPrediction(vector, {
        endpoint: request.endpoint,
        requestId: ids[row] ?? '',
        signature,
        model,
        outcome: outcomeOf(scored, row),
        arrivedAtMs,
        scoredAtMs,
        durationUs,
      }),
    );
  }

  /** An endpoint that was made on another instance a moment ago is there once the journal is read up to now. */
  async #served(name: string): Promise<ServedEndpoint> {
    const { served, confirmEndpoint } = this.#options;
    const known = served.get(name);
    if (known !== undefined) return known;
    await confirmEndpoint(name);
    const made = served.get(name);
    if (made === undefined) throw endpointLoading(name, 'this instance has not come to it yet');
    return made;
  }

  async #vectors(signature: FeatureSignature, input: ScoringInput): Promise<RequestedVectors> {
    const { features, clock } = this.#options;
    const service = { name: signature.featureService, version: signature.featureServiceVersion };
    if (input.kind === 'events') return checked(signature, await features.readCandidates(service, input.events));
    const nowMs = clock.now();
    if (input.atMs !== null && input.atMs > nowMs + clockToleranceMs) throw timeNotCome(input.atMs, nowMs);
    return checked(signature, await features.read(service, input.rows, input.atMs));
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
