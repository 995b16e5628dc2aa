import { classificationQuality, quantileOfSorted } from '@millrace/stats';
import type { DriftAlert, DriftReport, LatencyQuantiles } from '@millrace/schemas';
import { compareColumns, nothingCompared } from './compare-columns.ts';
import type { LoadedReference } from './load-reference.ts';
import { judgeRules } from './judge-rules.ts';
import type { Firing, Judged } from './judge-rules.ts';
import type { Monitor } from './monitor.ts';
import type { PredictionSample, WindowCount, WindowMeasures } from './ports.ts';
import type { ScoreReference } from './reference-scores.ts';

export interface WindowToReport {
  readonly monitor: Monitor;
  readonly window: WindowCount;
  readonly revision: number;
  readonly measures: WindowMeasures;
  readonly sample: PredictionSample;
  readonly reference: LoadedReference;
  readonly scores: ScoreReference;
  readonly baselineAccuracy: number | null;
  readonly nowMs: number;
}

export interface ReportedWindow {
  readonly report: DriftReport;
  /** One a rule that holds; whether it was raised before is for the caller to know. */
  readonly alerts: readonly DriftAlert[];
}

/** Everything that is said about one window. The same input always gives the same ids. */
export function reportWindow(input: WindowToReport): ReportedWindow {
  const { monitor, window, nowMs } = input;
  const judged = measure(input);
  const firings = judgeRules(monitor.rules, monitor.minRows, judged);
  const prefix = `${monitor.name}|${monitor.generation}|${window.startMs}`;
  const eventId = `${prefix}|${judged.revision}`;
  const report: DriftReport = {
    ...judged,
    eventId,
    firedRules: firings.map((firing) => firing.rule),
    computedAtMs: nowMs,
  };
  const alerts = firings.map((firing) => alertOf(firing, { report, eventId: `${prefix}|${firing.rule}`, nowMs }));
  return { report, alerts };
}

function measure(input: WindowToReport): Judged {
  const { monitor, window, revision, measures, sample, reference, baselineAccuracy } = input;
  const { rows, positives, accuracy, precision, recall, f1, auc, logLoss } = classificationQuality(
    measures,
    monitor.threshold,
  );
  const isReference = reference.ok && window.startMs < reference.reference.endsAtMs;
  return {
    monitor: monitor.name,
    monitorGeneration: monitor.generation,
    endpoint: monitor.endpoint,
    windowStartMs: window.startMs,
    windowEndMs: window.endMs,
    revision,
    rows: window.rows,
    errors: window.errors,
    labelled: window.labelled,
    modelVersions: measures.modelVersions,
    referenceRows: reference.ok && !isReference ? reference.reference.rows : 0,
    sampledRows: sample.failed.length,
    ...compared(input, isReference),
    quality: rows === 0 ? null : { rows, positives, accuracy, precision, recall, f1, auc, logLoss },
    baselineAccuracy,
    scoringLatency: latency(measures.scoringMs, measures.failed),
    endToEndLatency: latency(measures.endToEndMs, measures.failed),
  };
}

function compared(
  { reference, scores, sample }: WindowToReport,
  isReference: boolean,
): Pick<Judged, 'columns' | 'notCompared'> {
  if (!reference.ok) return nothingCompared(sample, reference.reason);
  if (isReference) return nothingCompared(sample, 'the window is part of the reference');
  return compareColumns(reference.reference, scores, sample);
}

/** The version that scored most of a window, null when it is empty. */
export function mostUsedVersion(modelVersions: Readonly<Record<string, number>>): string | null {
  const [mostUsed] = Object.entries(modelVersions).sort(([, a], [, b]) => b - a);
  return mostUsed?.[0] ?? null;
}

function latency(values: Float64Array, failed: readonly boolean[]): LatencyQuantiles | null {
  const sorted = values.filter((_, i) => failed[i] !== true).sort();
  const p50 = quantileOfSorted(sorted, 0.5);
  const p95 = quantileOfSorted(sorted, 0.95);
  const p99 = quantileOfSorted(sorted, 0.99);
  return p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 };
}

function alertOf(
  firing: Firing,
  { report, eventId, nowMs }: { report: DriftReport; eventId: string; nowMs: number },
): DriftAlert {
  return {
    eventId,
    monitor: report.monitor,
    monitorGeneration: report.monitorGeneration,
    endpoint: report.endpoint,
    rule: firing.rule,
    windowStartMs: report.windowStartMs,
    windowEndMs: report.windowEndMs,
    value: firing.value,
    threshold: firing.threshold,
    baseline: firing.baseline,
    columns: firing.columns,
    message: firing.message,
    reportEventId: report.eventId,
    modelVersion: mostUsedVersion(report.modelVersions),
    firedAtMs: nowMs,
  };
}
