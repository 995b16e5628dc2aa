/** A point of a metric of a run. Whole numbers beyond 2^53 are bigints. */
export interface MetricPoint {
  readonly timestampMs: number | bigint;
  readonly step: number | bigint;
  readonly value: number;
}

export interface MetricOfRun {
  readonly runId: string;
  readonly key: string;
}

/** Points of metrics as they are stored. */
export interface MetricHistory {
  /** By time, step and value, NaN last, behind `after`. Equal points lie side by side. */
  page(of: MetricOfRun & { readonly after: MetricPoint | undefined; readonly limit: number }): Promise<MetricPoint[]>;
  /** Of several runs, each point once: by run, time, step and value. */
  firstOfRuns(of: {
    readonly runIds: readonly string[];
    readonly key: string;
    readonly limit: number;
  }): Promise<(MetricPoint & { readonly runId: string })[]>;
  /**
   * By step, time and value, each point once: all where there are at most `limit`; else the first of as many equal shares
   * and the last, which may be one too many.
   */
  shares(of: MetricOfRun & { readonly steps: StepRange | undefined; readonly limit: number }): Promise<MetricPoint[]>;
}

export interface StepRange {
  readonly start: number;
  readonly end: number;
}

/** What a page of points costs in memory, on both ends: the whole history may be of any length. */
const pagePoints = 20_000;

/** The points of a metric behind `after`, each once, in pages. */
export async function* metricPages(
  history: Pick<MetricHistory, 'page'>,
  { after, ...of }: MetricOfRun & { readonly after: MetricPoint | undefined },
  limit = pagePoints,
): AsyncGenerator<MetricPoint[], void, void> {
  let last = after;
  for (;;) {
    const read = await history.page({ ...of, after: last, limit });
    const page: MetricPoint[] = [];
    for (const point of read) {
      if (last !== undefined && samePoint(point, last)) continue;
      page.push(point);
      last = point;
    }
    if (page.length > 0) yield page;
    if (read.length < limit) return;
  }
}

/** At most `limit` points over the whole range, with its first and its last; the last alone where `limit` is one. */
export async function sampledPoints(
  history: Pick<MetricHistory, 'shares'>,
  of: MetricOfRun & { readonly steps: StepRange | undefined; readonly limit: number },
): Promise<MetricPoint[]> {
  const points = await history.shares(of);
  return points.length > of.limit ? [...points.slice(0, of.limit - 1), ...points.slice(-1)] : points;
}

function samePoint(a: MetricPoint, b: MetricPoint): boolean {
  return a.timestampMs === b.timestampMs && a.step === b.step && (a.value === b.value || bothNaN(a.value, b.value));
}

function bothNaN(a: number, b: number): boolean {
  return Number.isNaN(a) && Number.isNaN(b);
}
