export interface MetricRange {
  readonly runId: string;
  readonly key: string;
  /** Null where all values are NaN. */
  readonly min: number | null;
  readonly max: number | null;
}

export interface SampledPoint {
  readonly runId: string;
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number;
}

/** What a comparison asks of the points of metrics: both are answered where the points lie. */
export interface ComparedPoints {
  ranges(runIds: readonly string[]): Promise<MetricRange[]>;
  /**
   * By run and step: of each of so many equal shares of a run's steps, or of its time where all points have one step, the
   * first, the least, the greatest and the last point.
   */
  sampled(of: {
    readonly runIds: readonly string[];
    readonly key: string;
    readonly shares: number;
  }): Promise<SampledPoint[]>;
}
