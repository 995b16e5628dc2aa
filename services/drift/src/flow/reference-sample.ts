import { finiteValues } from '@millrace/stats';
import type { PredictionSample } from './ports.ts';

/** A reference as it is compared with: each number sorted once, for all windows to come. */
export interface ReferenceSample {
  readonly rows: number;
  /** Windows that begin before this event time are part of the reference and are not compared with it. */
  readonly endsAtMs: number;
  readonly columns: ReadonlyMap<string, ReferenceColumn>;
  readonly scores: Float64Array;
}

type ReferenceColumn =
  | { readonly kind: 'number'; readonly sorted: Float64Array }
  | { readonly kind: 'string'; readonly values: readonly string[] };

export interface ReferenceParts {
  readonly endsAtMs: number;
  readonly features: PredictionSample;
  /** The predictions whose scores stand for the reference: the same sample, or the endpoint's first ones. */
  readonly scored: PredictionSample;
}

export function referenceSample({ endsAtMs, features, scored }: ReferenceParts): ReferenceSample {
  const columns = new Map<string, ReferenceColumn>();
  for (const column of features.columns) {
    columns.set(
      column.name,
      column.kind === 'number'
        ? { kind: 'number', sorted: finiteValues(column.values).sort() }
        : { kind: 'string', values: column.values.filter((value) => value !== null) },
    );
  }
  return {
    rows: features.failed.length,
    endsAtMs,
    columns,
    scores: finiteValues(scored.scores).sort(),
  };
}

/** Scores and labels of the predictions whose outcome is known. */
export function labelledOnly(sample: PredictionSample): { scores: Float64Array; labels: Float64Array } {
  const isKnown = (i: number): boolean =>
    !Number.isNaN(sample.labels[i] ?? Number.NaN) && !Number.isNaN(sample.scores[i] ?? Number.NaN);
  return {
    scores: sample.scores.filter((_, i) => isKnown(i)),
    labels: sample.labels.filter((_, i) => isKnown(i)),
  };
}
