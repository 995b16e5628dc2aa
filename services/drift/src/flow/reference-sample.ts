import { finiteValues } from '@millrace/stats';
import type { PredictionSample } from './ports.ts';

/** A reference as it is compared with: each number sorted once, for all windows to come. */
export interface ReferenceSample {
  readonly rows: number;
  /** Windows that begin before this event time are part of the reference and are not compared with it. */
  readonly endsAtMs: number;
  readonly columns: ReadonlyMap<string, ReferenceColumn>;
  /** Sorted; null for vectors, which have no score until a model makes one of them. */
  readonly scores: Float64Array | null;
  /** The vectors that a model is to score, null where the reference has scores of its own. */
  readonly unscored: PredictionSample | null;
}

type ReferenceColumn =
  | { readonly kind: 'number'; readonly sorted: Float64Array }
  | { readonly kind: 'string'; readonly values: readonly string[] };

export interface ReferenceParts {
  readonly endsAtMs: number;
  readonly features: PredictionSample;
  /** True for vectors, false for predictions. */
  readonly isTraining: boolean;
}

/** As many rows as the exact Kolmogorov-Smirnov test takes: more scores would cost time and tell nothing new. */
const SCORED_ROWS = 10_000;

export function referenceSample({ endsAtMs, features, isTraining }: ReferenceParts): ReferenceSample {
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
    scores: isTraining ? null : finiteValues(features.scores).sort(),
    unscored: isTraining ? firstRows(features, SCORED_ROWS) : null,
  };
}

/** Samples come in the order of a hash, so the first rows are a sample of them. */
function firstRows(sample: PredictionSample, rows: number): PredictionSample {
  return {
    columns: sample.columns.map((column) =>
      column.kind === 'number'
        ? { ...column, values: column.values.slice(0, rows) }
        : { ...column, values: column.values.slice(0, rows) },
    ),
    scores: sample.scores.slice(0, rows),
    failed: sample.failed.slice(0, rows),
  };
}
