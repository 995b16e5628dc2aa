/** What a window is compared with. */
type Reference =
  /** The endpoint's first predictions. */
  | { readonly type: 'first'; readonly rows: number }
  /** The endpoint's predictions between two event times. */
  | { readonly type: 'predictions'; readonly fromMs: number; readonly toMs: number }
  /** The vectors that a training set was built from; the score is compared with what the model in charge makes of them. */
  | {
      readonly type: 'vectors';
      readonly featureService: string;
      readonly version: number;
      readonly fromMs: number;
      readonly toMs: number;
    };

type WindowLength =
  /** Aligned to the epoch; closes when the endpoint's newest event time is past its end by `graceMs`. */
  | { readonly type: 'time'; readonly lengthMs: number; readonly graceMs: number }
  /** So many predictions in the order of their event times. */
  | { readonly type: 'rows'; readonly rows: number };

export type Rule =
  /** A feature or the score has a Kolmogorov-Smirnov p-value below `below` and a distance of at least `minStatistic`. */
  | {
      readonly rule: 'ks-p-value';
      readonly below: number;
      readonly minStatistic: number;
      readonly features?: readonly string[];
    }
  /** Accuracy lies more than `above` under the baseline: points (0.05 is 5 points) or a share of the baseline. */
  | {
      readonly rule: 'accuracy-drop';
      readonly above: number;
      readonly mode: 'absolute' | 'relative';
      readonly baseline?: number;
    }
  | { readonly rule: 'latency-p95'; readonly aboveMs: number; readonly measure: 'scoring' | 'end-to-end' }
  /** Share of predictions with status error. */
  | { readonly rule: 'error-rate'; readonly above: number };

export interface MonitorDefinition {
  readonly name: string;
  readonly endpoint: string;
  /** Predictions on request are left out unless `all` is asked for: they carry no source event, and their times follow a clock. */
  readonly predictions?: 'all';
  readonly reference: Reference;
  readonly window: WindowLength;
  /** A score at or above it counts as predicted positive. */
  readonly threshold: number;
  /** Rules are silent in a window (or over its outcomes) with fewer rows: a ratio of nothing is no alarm. */
  readonly minRows: number;
  readonly rules: readonly Rule[];
}

/** A monitor as the journal made it. The generation tells one that was deleted from one of the same name made later. */
export interface Monitor extends MonitorDefinition {
  readonly generation: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
  /** What the reference was taken to be; absent as long as its rows are not all there. */
  readonly frozen?: FrozenReference;
  /** What the leading instance said last; absent until it has looked. */
  readonly noted?: MonitorNote & { readonly sinceMs: number };
}

/** A reference for good: rows that are stored later, whatever their event time, are no part of it. */
export interface FrozenReference {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  readonly cuts: readonly Cut[];
}

/** The last position of a source partition that counts. */
export interface Cut {
  readonly topic: string;
  readonly generation: number;
  readonly partition: number;
  readonly offset: number;
}

/** How the watching goes: it is in the journal because only one instance looks and any one is asked. */
export interface MonitorNote {
  readonly state: 'watching' | 'waiting' | 'failing';
  /** Why nothing is said, or what fails; null when all is well. Without numbers that change by themselves: each change is a command. */
  readonly reason: string | null;
}

export const defaultRules: readonly Rule[] = [
  { rule: 'ks-p-value', below: 0.05, minStatistic: 0 },
  { rule: 'accuracy-drop', above: 0.05, mode: 'absolute' },
  { rule: 'latency-p95', aboveMs: 100, measure: 'scoring' },
  { rule: 'error-rate', above: 0.01 },
];
