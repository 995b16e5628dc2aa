import { assertNever } from './assert-never.ts';
import type { Monitor } from './monitor.ts';
import type { PredictionHistory } from './ports.ts';
import { referenceSample } from './reference-sample.ts';
import type { ReferenceSample } from './reference-sample.ts';

export interface LoadReference {
  readonly history: PredictionHistory;
  readonly maxRows: number;
}

/** So many of the endpoint's first scores stand for the reference's where that holds vectors, which have no score. */
const SCORE_REFERENCE_ROWS = 1000;

/** The reference of a monitor, null as long as its rows are not all there. */
export async function loadReference(
  { history, maxRows }: LoadReference,
  monitor: Monitor,
  span: { readonly oldestMs: number; readonly newestMs: number },
): Promise<ReferenceSample | null> {
  const { reference, endpoint } = monitor;
  switch (reference.type) {
    case 'first': {
      const toMs = await history.endOfRows(endpoint, span.oldestMs, reference.rows);
      return toMs === null ? null : predictionsBetween({ fromMs: span.oldestMs, toMs });
    }
    case 'predictions':
      return span.newestMs < reference.toMs ? null : predictionsBetween(reference);
    case 'vectors': {
      const service = { name: reference.featureService, version: reference.version };
      const features = await history.vectors(service, reference, maxRows);
      const firstScores = await history.endOfRows(endpoint, span.oldestMs, SCORE_REFERENCE_ROWS);
      if (features.failed.length === 0 || firstScores === null) return null;
      const scored = await history.predictions(endpoint, { fromMs: span.oldestMs, toMs: firstScores }, maxRows);
      return referenceSample({ endsAtMs: Number.NEGATIVE_INFINITY, features, scored });
    }
    default:
      return assertNever(reference);
  }

  async function predictionsBetween(range: { fromMs: number; toMs: number }): Promise<ReferenceSample | null> {
    const features = await history.predictions(endpoint, range, maxRows);
    if (features.failed.length === 0) return null;
    return referenceSample({ endsAtMs: range.toMs, features, scored: features });
  }
}
