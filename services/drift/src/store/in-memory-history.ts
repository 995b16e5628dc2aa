import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { Cut, FrozenReference, Monitor } from '../flow/monitor.ts';
import type {
  DriftEvents,
  DriftHistory,
  PredictionHistory,
  PredictionSample,
  ReferenceScorer,
  SaidWindow,
  SampleOptions,
  ScoredVectors,
  Span,
  TimeRange,
  VectorsOf,
  Watched,
  WindowCount,
  WindowMeasures,
} from '../flow/ports.ts';

/** One prediction of the in-memory history. */
export interface StoredPrediction {
  readonly endpoint: string;
  readonly eventTimeMs: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly strings?: Readonly<Record<string, string | null>>;
  /** Null when it failed. */
  readonly score: number | null;
  readonly label?: number;
  readonly corrections?: number;
  readonly scoringMs?: number;
  readonly endToEndMs?: number;
  readonly modelVersion?: string;
  /** Of the source topic; 0 when absent. Its position is the order of adding. */
  readonly partition?: number;
  /** Long ago when absent. */
  readonly scoredAtMs?: number;
  /** Scored on request, not by the stream. */
  readonly requested?: true;
}

type Placed = StoredPrediction & { readonly offset: number };

/** The endpoint whose predictions stand for the vectors of every feature service. */
export const TRAINING = 'training';

/** The stored predictions of a test, and everything that was published, in memory. */
export class InMemoryHistory implements PredictionHistory, DriftHistory, DriftEvents, ReferenceScorer {
  readonly predictionsStored: Placed[] = [];
  readonly frozen = new Map<string, FrozenReference>();
  /** What the model in charge does with the vectors of a reference; null while nobody answers. */
  scoring: { readonly modelVersion: string; readonly scoreOf: (row: number) => number } | null = null;
  readonly reports: DriftReport[] = [];
  readonly alerts: DriftAlert[] = [];

  add(...predictions: readonly StoredPrediction[]): void {
    const first = this.predictionsStored.length;
    this.predictionsStored.push(...predictions.map((prediction, i) => ({ ...prediction, offset: first + i })));
    this.predictionsStored.sort((a, b) => a.eventTimeMs - b.eventTimeMs);
  }

  /** Outcomes become known: `label` of the predictions for which the function gives one. */
  label(labelOf: (prediction: StoredPrediction) => number | undefined): void {
    this.predictionsStored.forEach((prediction, i) => {
      const label = labelOf(prediction);
      if (label === undefined || label === prediction.label) return;
      const corrections = (prediction.corrections ?? 0) + (prediction.label === undefined ? 0 : 1);
      this.predictionsStored[i] = { ...prediction, label, corrections };
    });
  }

  span(watched: Watched, activeSinceMs: number): Promise<Span | null> {
    return Promise.resolve(spanOf(this.#of(watched), activeSinceMs));
  }

  countByTime(watched: Watched, range: TimeRange, lengthMs: number): Promise<WindowCount[]> {
    const starts = new Set(this.#of(watched, range).map((p) => Math.floor(p.eventTimeMs / lengthMs) * lengthMs));
    const ranges = [...starts].map((startMs) => ({ fromMs: startMs, toMs: startMs + lengthMs }));
    return this.countRanges(watched, ranges);
  }

  countRanges(watched: Watched, ranges: readonly TimeRange[]): Promise<WindowCount[]> {
    return Promise.resolve(
      ranges.map((range) => {
        const rows = this.#of(watched, range);
        return {
          startMs: range.fromMs,
          endMs: range.toMs,
          rows: rows.length,
          errors: rows.filter((row) => row.score === null).length,
          labelled: rows.filter((row) => row.label !== undefined).length,
          corrections: rows.reduce((sum, row) => sum + (row.corrections ?? 0), 0),
        };
      }),
    );
  }

  endOfRows(watched: Watched, fromMs: number, rows: number): Promise<number | null> {
    const last = this.#of(watched, { fromMs, toMs: Number.POSITIVE_INFINITY })[rows - 1];
    return Promise.resolve(last === undefined ? null : last.eventTimeMs + 1);
  }

  predictions(watched: Watched, range: TimeRange, { maxRows, cuts }: SampleOptions): Promise<PredictionSample> {
    const rows = this.#of(watched, range).filter((row) => isBefore(row, cuts));
    return Promise.resolve(sampleOf(rows.slice(0, maxRows)));
  }

  measures(watched: Watched, range: TimeRange): Promise<WindowMeasures> {
    const rows = this.#of(watched, range);
    const column = (of: (row: StoredPrediction) => number | null | undefined): Float64Array =>
      Float64Array.from(rows, (row) => of(row) ?? Number.NaN);
    const modelVersions: Record<string, number> = {};
    for (const { modelVersion = '1' } of rows) modelVersions[modelVersion] = (modelVersions[modelVersion] ?? 0) + 1;
    return Promise.resolve({
      scores: column((row) => row.score),
      labels: column((row) => row.label),
      scoringMs: column((row) => row.scoringMs ?? 1),
      endToEndMs: column((row) => row.endToEndMs ?? 5),
      failed: rows.map((row) => row.score === null),
      modelVersions,
    });
  }

  predictionCuts(watched: Watched): Promise<Cut[]> {
    return Promise.resolve(cutsOf(this.#of({ endpoint: watched.endpoint })));
  }

  vectorSpan(_service: VectorsOf, activeSinceMs: number): Promise<Span | null> {
    return Promise.resolve(spanOf(this.#of({ endpoint: TRAINING }), activeSinceMs));
  }

  vectorCuts(): Promise<Cut[]> {
    return Promise.resolve(cutsOf(this.#of({ endpoint: TRAINING })));
  }

  vectors(_service: VectorsOf, range: TimeRange, options: SampleOptions): Promise<PredictionSample> {
    return this.predictions({ endpoint: TRAINING }, range, options);
  }

  score(_endpoint: string, _service: VectorsOf, vectors: PredictionSample): Promise<ScoredVectors> {
    if (this.scoring === null) return Promise.resolve({ ok: false, reason: 'nobody scores' });
    const { modelVersion, scoreOf } = this.scoring;
    return Promise.resolve({
      ok: true,
      modelVersion,
      scores: Float64Array.from(vectors.failed, (_, row) => scoreOf(row)),
    });
  }

  freeze(monitor: Monitor, frozen: FrozenReference): Promise<FrozenReference> {
    const key = `${monitor.name}|${monitor.generation}`;
    const kept = this.frozen.get(key) ?? frozen;
    this.frozen.set(key, kept);
    return Promise.resolve(kept);
  }

  windows(monitor: Monitor): Promise<SaidWindow[]> {
    const newest = new Map<number, SaidWindow>();
    for (const report of this.reports) {
      if (report.monitorGeneration !== monitor.generation) continue;
      newest.set(report.windowStartMs, {
        startMs: report.windowStartMs,
        endMs: report.windowEndMs,
        revision: report.revision,
        labelled: report.quality?.rows ?? 0,
        accuracy: report.quality?.accuracy ?? null,
      });
    }
    return Promise.resolve([...newest.values()]);
  }

  alertIds(monitor: Monitor): Promise<string[]> {
    const own = this.alerts.filter((alert) => alert.monitorGeneration === monitor.generation);
    return Promise.resolve(own.map((alert) => alert.eventId));
  }

  publishAlerts(alerts: readonly DriftAlert[]): Promise<void> {
    this.alerts.push(...alerts);
    return Promise.resolve();
  }

  publishReport(report: DriftReport): Promise<void> {
    this.reports.push(report);
    return Promise.resolve();
  }

  #of({ endpoint, predictions }: Watched, range?: TimeRange): Placed[] {
    return this.predictionsStored.filter(
      (p) =>
        p.endpoint === endpoint &&
        (predictions === 'all' || p.requested !== true) &&
        (range === undefined || (p.eventTimeMs >= range.fromMs && p.eventTimeMs < range.toMs)),
    );
  }
}

/** `rows` are in the order of their event times. */
function spanOf(rows: readonly Placed[], activeSinceMs: number): Span | null {
  const [oldestMs, latestMs] = [rows[0]?.eventTimeMs, rows.at(-1)?.eventTimeMs];
  if (oldestMs === undefined || latestMs === undefined) return null;
  const newest = new Map<number, number>();
  const active = new Set<number>();
  for (const { partition = 0, eventTimeMs, scoredAtMs = 0 } of rows) {
    newest.set(partition, eventTimeMs);
    if (scoredAtMs >= activeSinceMs) active.add(partition);
  }
  return {
    oldestMs,
    newestMs: Math.min(latestMs, ...[...active].map((partition) => newest.get(partition) ?? latestMs)),
  };
}

function cutsOf(rows: readonly Placed[]): Cut[] {
  const last = new Map<number, number>();
  for (const { partition = 0, offset } of rows) last.set(partition, Math.max(offset, last.get(partition) ?? 0));
  return [...last]
    .sort(([a], [b]) => a - b)
    .map(([partition, offset]) => ({ topic: 'transactions', generation: 1, partition, offset }));
}

function isBefore({ partition = 0, offset }: Placed, cuts: readonly Cut[] | undefined): boolean {
  return cuts === undefined || cuts.some((cut) => cut.partition === partition && offset <= cut.offset);
}

function sampleOf(rows: readonly StoredPrediction[]): PredictionSample {
  const numberNames = Object.keys(rows[0]?.numbers ?? {});
  const stringNames = Object.keys(rows[0]?.strings ?? {});
  const column = (of: (row: StoredPrediction) => number | null | undefined): Float64Array =>
    Float64Array.from(rows, (row) => of(row) ?? Number.NaN);
  return {
    columns: [
      ...numberNames.map((name) => ({ name, kind: 'number' as const, values: column((row) => row.numbers[name]) })),
      ...stringNames.map((name) => ({
        name,
        kind: 'string' as const,
        values: rows.map((row) => row.strings?.[name] ?? null),
      })),
    ],
    scores: column((row) => row.score),
    failed: rows.map((row) => row.score === null),
  };
}
