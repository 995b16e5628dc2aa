import { assertNever } from './assert-never.ts';
import type { FrozenReference, Monitor } from './monitor.ts';
import type { FreezeReference, PredictionHistory, Span, TimeRange } from './ports.ts';
import { referenceSample } from './reference-sample.ts';
import type { ReferenceSample } from './reference-sample.ts';

export interface LoadReference {
  readonly history: PredictionHistory;
  readonly freeze: FreezeReference;
  readonly maxRows: number;
  /** Partitions with a row since then are waited for. */
  readonly activeSinceMs: number;
}

export type LoadedReference =
  | { readonly ok: true; readonly reference: ReferenceSample }
  /** Its rows are not all there: why. */
  | { readonly ok: false; readonly reason: string };

/**
 * The reference of a monitor. It is frozen the first time that all of its rows are there: its borders and where each partition stood.
 * Rows that come later into its time change nothing, so that every instance, after every restart, compares with the same rows.
 */
export async function loadReference(load: LoadReference, monitor: Monitor, span: Span): Promise<LoadedReference> {
  let { frozen } = monitor;
  if (frozen === undefined) {
    const complete = await completeReference(load, monitor, span);
    if (typeof complete === 'string') return { ok: false, reason: complete };
    frozen = await load.freeze(monitor, complete);
  }
  const { history, maxRows } = load;
  const { reference } = monitor;
  const options = { maxRows, cuts: frozen.cuts };
  const isTraining = reference.type === 'vectors';
  const features = isTraining
    ? await history.vectors(reference, frozen, options)
    : await history.predictions(monitor, frozen, options);
  if (features.failed.length === 0) return { ok: false, reason: 'no row of the reference is stored (any more)' };
  const endsAtMs = isTraining ? Number.NEGATIVE_INFINITY : frozen.toMs;
  return { ok: true, reference: referenceSample({ endsAtMs, features, isTraining }) };
}

/** What the reference is when it is complete now, else why it is not. */
async function completeReference(load: LoadReference, monitor: Monitor, span: Span): Promise<FrozenReference | string> {
  const { history, activeSinceMs } = load;
  const { reference } = monitor;
  switch (reference.type) {
    case 'first': {
      const toMs = await history.endOfRows(monitor, span.oldestMs, reference.rows);
      if (toMs === null || toMs > span.newestMs) return `the first ${reference.rows} predictions are not all there yet`;
      return ofPredictions({ fromMs: span.oldestMs, toMs });
    }
    case 'predictions':
      return span.newestMs < reference.toMs
        ? 'the predictions of the reference are not all there yet: a newer event time ends it'
        : ofPredictions(reference);
    case 'vectors': {
      const vectors = await history.vectorSpan(reference, activeSinceMs);
      if (vectors === null || vectors.oldestMs >= reference.toMs) {
        return `no vector of feature service "${reference.featureService}" version ${reference.version} is stored in the time of the reference`;
      }
      if (vectors.newestMs < reference.toMs) {
        return 'the vectors of the reference are not all there yet: a newer event time ends it';
      }
      return { ...times(reference), cuts: await history.vectorCuts(reference) };
    }
    default:
      return assertNever(reference);
  }

  async function ofPredictions(range: TimeRange): Promise<FrozenReference> {
    return { ...times(range), cuts: await history.predictionCuts(monitor) };
  }
}

function times({ fromMs, toMs }: TimeRange): TimeRange {
  return { fromMs, toMs };
}
