import { classificationQuality, quantileOfSorted } from '@millrace/stats';
import type { DriftAlert, DriftReport, LatencyQuantiles } from '@millrace/schemas';
import { compareColumns } from './compare-columns.ts';
import { revisionOf } from './due-windows.ts';
import { judgeRules } from './judge-rules.ts';
import type { Firing, Judged } from './judge-rules.ts';
import type { Monitor } from './monitor.ts';
import type { PredictionSample, WindowCount } from './ports.ts';
import { labelledOnly } from './reference-sample.ts';
import type { ReferenceSample } from './reference-sample.ts';

export interface WindowToReport {
  readonly monitor: Monitor;
  readonly window: WindowCount;
  readonly sample: PredictionSample;
  readonly reference: ReferenceSample | null;
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

function measure({ monitor, window, sample, reference, baselineAccuracy }: WindowToReport): Judged {
  const labelled = labelledOnly(sample);
  const isReference = reference !== null && window.startMs < reference.endsAtMs;
  const { rows, positives, accuracy, precision, recall, f1, auc, logLoss } = classificationQuality(
    labelled,
    monitor.threshold,
  );
  const modelVersions: Record<string, number> = {};
  for (const version of sample.modelVersions) modelVersions[version] = (modelVersions[version] ?? 0) + 1;
  return {
    monitor: monitor.name,
    monitorGeneration: monitor.generation,
    endpoint: monitor.endpoint,
    windowStartMs: window.startMs,
    windowEndMs: window.endMs,
    revision: revisionOf(window),
    rows: window.rows,
    errors: window.errors,
    labelled: window.labelled,
    modelVersions,
    referenceRows: isReference ? 0 : (reference?.rows ?? 0),
    columns: reference === null || isReference ? [] : compareColumns(reference, sample),
    quality: rows === 0 ? null : { rows, positives, accuracy, precision, recall, f1, auc, logLoss },
    baselineAccuracy,
    scoringLatency: latency(sample.scoringMs, sample.failed),
    endToEndLatency: latency(sample.endToEndMs, sample.failed),
  };
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
  const [mostUsed] = Object.entries(report.modelVersions).sort(([, a], [, b]) => b - a);
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
    modelVersion: mostUsed?.[0] ?? null,
    firedAtMs: nowMs,
  };
}
