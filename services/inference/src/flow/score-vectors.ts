import { eventId } from '@millrace/events';
import type { FeatureVector, Prediction } from '@millrace/schemas';
import type { ScoredRows } from '../onnx/onnx-scorer.ts';
import type { ActiveModel } from './served-endpoint.ts';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds on a clock that never goes back. */
  elapsed(): number;
}

/** One prediction a vector, in order, by the model that is in charge when this is called. */
export async function scoreVectors(
  endpoint: string,
  vectors: readonly FeatureVector[],
  { model, clock }: { readonly model: ActiveModel; readonly clock: Clock },
): Promise<Prediction[]> {
  const startedMs = clock.elapsed();
  const scored = await model.scorer.score(vectors);
  const durationUs = Math.round((clock.elapsed() - startedMs) * 1000);
  const scoredAtMs = clock.now();
  const { version } = model;
  const { scores, errors } = scored;
  // Spelled out: a spread for every vector costs more than the model's share of it.
  return vectors.map((vector, row) => {
    const error = errors.size === 0 ? null : (errors.get(row) ?? null);
    return {
      eventId: eventId({
        lane: endpoint,
        sourceTopic: vector.sourceTopic,
        generation: vector.generation,
        sourcePartition: vector.sourcePartition,
        sourceOffset: vector.sourceOffset,
      }),
      lane: endpoint,
      sourceTopic: vector.sourceTopic,
      generation: vector.generation,
      sourcePartition: vector.sourcePartition,
      sourceOffset: vector.sourceOffset,
      endpoint,
      requestId: null,
      sourceEventId: vector.sourceEventId,
      vectorEventId: vector.eventId,
      entities: vector.entities,
      eventTimeMs: vector.eventTimeMs,
      sourceTimestampMs: vector.sourceTimestampMs,
      featureService: vector.featureService,
      featureServiceVersion: vector.featureServiceVersion,
      model: version.model,
      modelVersion: version.version,
      artifactHash: version.artifactHash,
      status: error === null ? 'ok' : 'error',
      error,
      score: error === null ? (scores[row] ?? null) : null,
      outputs: noOutputs,
      numbers: vector.numbers,
      strings: vector.strings,
      vectorAtMs: vector.computedAtMs,
      scoredAtMs,
      durationUs,
    };
  });
}

export const noOutputs: Readonly<Record<string, number>> = Object.freeze({});

export function modelFields({ version }: ActiveModel): Pick<Prediction, 'model' | 'modelVersion' | 'artifactHash'> {
  return { model: version.model, modelVersion: version.version, artifactHash: version.artifactHash };
}

/** A row that the model failed on is a prediction too: one for every vector, and the failure is counted. */
export function outcomeOf(scored: ScoredRows, row: number): Pick<Prediction, 'status' | 'error' | 'score'> {
  const error = scored.errors.get(row);
  if (error !== undefined) return { status: 'error', error, score: null };
  return { status: 'ok', error: null, score: scored.scores[row] ?? null };
}
