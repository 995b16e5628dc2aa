import type { DriftAlert, DriftReport } from '@millrace/schemas';
import type { Monitor } from '../flow/monitor.ts';
import type {
  DriftEvents,
  DriftHistory,
  PredictionHistory,
  PredictionSample,
  SaidWindow,
  TimeRange,
  WindowCount,
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
}

/** The stored predictions of a test, and everything that was published, in memory. */
export class InMemoryHistory implements PredictionHistory, DriftHistory, DriftEvents {
  readonly predictionsStored: StoredPrediction[] = [];
  readonly reports: DriftReport[] = [];
  readonly alerts: DriftAlert[] = [];

  add(...predictions: readonly StoredPrediction[]): void {
    this.predictionsStored.push(...predictions);
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

  span(endpoint: string): Promise<{ oldestMs: number; newestMs: number } | null> {
    const times = this.#of(endpoint).map((prediction) => prediction.eventTimeMs);
    const [oldestMs, newestMs] = [times[0], times.at(-1)];
    return Promise.resolve(oldestMs === undefined || newestMs === undefined ? null : { oldestMs, newestMs });
  }

  countByTime(endpoint: string, range: TimeRange, lengthMs: number): Promise<WindowCount[]> {
    const starts = new Set(this.#of(endpoint, range).map((p) => Math.floor(p.eventTimeMs / lengthMs) * lengthMs));
    const ranges = [...starts].map((startMs) => ({ fromMs: startMs, toMs: startMs + lengthMs }));
    return this.countRanges(endpoint, ranges);
  }

  countRanges(endpoint: string, ranges: readonly TimeRange[]): Promise<WindowCount[]> {
    return Promise.resolve(
      ranges.map((range) => {
        const rows = this.#of(endpoint, range);
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

  endOfRows(endpoint: string, fromMs: number, rows: number): Promise<number | null> {
    const last = this.#of(endpoint, { fromMs, toMs: Number.POSITIVE_INFINITY })[rows - 1];
    return Promise.resolve(last === undefined ? null : last.eventTimeMs + 1);
  }

  predictions(endpoint: string, range: TimeRange, maxRows: number): Promise<PredictionSample> {
    return Promise.resolve(sampleOf(this.#of(endpoint, range).slice(0, maxRows)));
  }

  vectors(_service: { name: string; version: number }, range: TimeRange, maxRows: number): Promise<PredictionSample> {
    const rows = this.predictionsStored.filter((p) => p.eventTimeMs >= range.fromMs && p.eventTimeMs < range.toMs);
    return Promise.resolve(sampleOf(rows.slice(0, maxRows)));
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

  #of(endpoint: string, range?: TimeRange): StoredPrediction[] {
    return this.predictionsStored.filter(
      (p) =>
        p.endpoint === endpoint &&
        (range === undefined || (p.eventTimeMs >= range.fromMs && p.eventTimeMs < range.toMs)),
    );
  }
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
    labels: column((row) => row.label),
    scoringMs: column((row) => row.scoringMs ?? 1),
    endToEndMs: column((row) => row.endToEndMs ?? 5),
    modelVersions: rows.map((row) => row.modelVersion ?? '1'),
    failed: rows.map((row) => row.score === null),
  };
}
