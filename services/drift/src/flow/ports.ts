import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { Monitor } from './monitor.ts';

export interface TimeRange {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
}

/** The predictions of one window or one reference, column by column. Index i of every array is the same prediction. */
export interface PredictionSample {
  readonly columns: readonly SampleColumn[];
  /** NaN where the prediction failed. */
  readonly scores: Float64Array;
  /** NaN where the outcome is not known. */
  readonly labels: Float64Array;
  readonly scoringMs: Float64Array;
  readonly endToEndMs: Float64Array;
  readonly modelVersions: readonly string[];
  readonly failed: readonly boolean[];
}

export type SampleColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'string'; readonly values: readonly (string | null)[] };

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
  /** Event times of the endpoint's oldest and newest prediction, null when there is none. */
  span(endpoint: string): Promise<{ readonly oldestMs: number; readonly newestMs: number } | null>;
  /** Counts by aligned window, only windows with rows, ascending. */
  countByTime(endpoint: string, range: TimeRange, lengthMs: number): Promise<WindowCount[]>;
  /** Counts of given windows. */
  countRanges(endpoint: string, ranges: readonly TimeRange[]): Promise<WindowCount[]>;
  /** The time just after the event of the `rows`-th prediction from `fromMs` on, null when there are fewer. */
  endOfRows(endpoint: string, fromMs: number, rows: number): Promise<number | null>;
  /** At most `maxRows`, a sample that is the same each time when there are more. */
  predictions(endpoint: string, range: TimeRange, maxRows: number): Promise<PredictionSample>;
  vectors(service: { name: string; version: number }, range: TimeRange, maxRows: number): Promise<PredictionSample>;
}

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
