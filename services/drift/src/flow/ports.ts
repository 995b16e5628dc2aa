import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { Cut, FrozenReference, Monitor } from './monitor.ts';

export interface TimeRange {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
}

/** The predictions of an endpoint that count for a monitor: those of its stream, unless it asks for requested ones as well. */
export type Watched = Pick<Monitor, 'endpoint' | 'predictions'>;

/** Event times that are stored. */
export interface Span {
  readonly oldestMs: number;
  /**
   * No stored partition that is still being read is behind it: the newest event time of the slowest partition that brought a row
   * lately, of all partitions when none did.
   */
  readonly newestMs: number;
}

/** Features and scores of one window or one reference, column by column. Index i of every array is the same row. */
export interface PredictionSample {
  readonly columns: readonly SampleColumn[];
  /** NaN where the prediction failed. */
  readonly scores: Float64Array;
  readonly failed: readonly boolean[];
}

export type SampleColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'string'; readonly values: readonly (string | null)[] };

/** What is measured of every prediction of a window. Index i of every array is the same prediction. */
export interface WindowMeasures {
  /** NaN where the prediction failed. */
  readonly scores: Float64Array;
  /** NaN where the outcome is not known. */
  readonly labels: Float64Array;
  readonly scoringMs: Float64Array;
  readonly endToEndMs: Float64Array;
  readonly failed: readonly boolean[];
  /** Predictions by model version. */
  readonly modelVersions: Readonly<Record<string, number>>;
}

/** How much is known of a window. */
export interface WindowCount {
  readonly startMs: number;
  readonly endMs: number;
  readonly rows: number;
  /** Of these, failed ones. */
  readonly errors: number;
  /** Of these, with a known outcome. */
  readonly labelled: number;
  /** Outcomes that were given again with another label. */
  readonly corrections: number;
}

/** Predictions and outcomes, as far as they are stored. */
export interface PredictionHistory {
  /** Null when there is no prediction. Partitions with a row scored since `activeSinceMs` are waited for. */
  span(watched: Watched, activeSinceMs: number): Promise<Span | null>;
  /** Counts by aligned window, only windows with rows, ascending. */
  countByTime(watched: Watched, range: TimeRange, lengthMs: number): Promise<WindowCount[]>;
  /** Counts of given windows. */
  countRanges(watched: Watched, ranges: readonly TimeRange[]): Promise<WindowCount[]>;
  /** The time just after the event of the `rows`-th prediction from `fromMs` on, null when there are fewer. */
  endOfRows(watched: Watched, fromMs: number, rows: number): Promise<number | null>;
  /** At most `maxRows`, a sample that is the same each time when there are more; with cuts, only what lies at or before them. */
  predictions(watched: Watched, range: TimeRange, options: SampleOptions): Promise<PredictionSample>;
  /** Every row of a window. */
  measures(watched: Watched, range: TimeRange): Promise<WindowMeasures>;
  /** Where the stored predictions of the stream end. */
  predictionCuts(watched: Watched): Promise<Cut[]>;
  vectorSpan(service: VectorsOf, activeSinceMs: number): Promise<Span | null>;
  vectors(service: VectorsOf, range: TimeRange, options: SampleOptions): Promise<PredictionSample>;
  vectorCuts(service: VectorsOf): Promise<Cut[]>;
}

export interface SampleOptions {
  readonly maxRows: number;
  readonly cuts?: readonly Cut[];
}

export interface VectorsOf {
  readonly featureService: string;
  readonly version: number;
}

/** Scores of the model that an endpoint has in charge, for vectors that are scored for comparison only. */
export interface ReferenceScorer {
  score(endpoint: string, service: VectorsOf, vectors: PredictionSample): Promise<ScoredVectors>;
}

export type ScoredVectors =
  | { readonly ok: true; readonly modelVersion: string; readonly scores: Float64Array }
  /** The endpoint cannot score them (now): why. */
  | { readonly ok: false; readonly reason: string };

/** Keeps what a reference was taken to be, for good: the first one counts, and comes back. */
export type FreezeReference = (monitor: Monitor, frozen: FrozenReference) => Promise<FrozenReference>;

/** What a monitor has said already. */
export interface SaidWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly revision: number;
  readonly labelled: number;
  readonly accuracy: number | null;
}

export interface DriftHistory {
  windows(monitor: Monitor): Promise<SaidWindow[]>;
  alertIds(monitor: Monitor): Promise<string[]>;
}

export interface DriftEvents {
  publishAlerts(alerts: readonly DriftAlert[]): Promise<void>;
  publishReport(report: DriftReport): Promise<void>;
}
