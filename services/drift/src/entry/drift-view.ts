import { z } from 'zod';
import type { StoredAlert, StoredReport } from '../store/drift-reader.ts';

const perhaps = z.number().nullable();
const quantiles = z.object({ p50: perhaps, p95: perhaps, p99: perhaps });

export const reportView = z.object({
  eventId: z.string(),
  monitor: z.string(),
  endpoint: z.string(),
  window: z.object({ start: z.string(), end: z.string() }),
  revision: z.number(),
  rows: z.number(),
  errors: z.number(),
  labelled: z.number(),
  modelVersions: z.record(z.string(), z.number()),
  referenceRows: z.number(),
  columns: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      referenceCount: z.number(),
      currentCount: z.number(),
      missingShare: z.number(),
      psi: perhaps,
      ks: z.object({ statistic: z.number(), pValue: z.number(), method: z.string() }).nullable(),
      chiSquare: z.object({ statistic: perhaps.describe('Null when it is infinite'), pValue: z.number() }).nullable(),
      bins: z.object({
        edges: z.array(z.number()),
        labels: z.array(z.string()),
        reference: z.array(z.number()),
        current: z.array(z.number()),
      }),
    }),
  ),
  sampledRows: z.number().describe('Rows whose features and scores were compared; quality and latency are over all'),
  notCompared: z.record(z.string(), z.string()).describe('Why a feature, or score, is not among the columns'),
  quality: z
    .object({
      rows: z.number(),
      positives: z.number(),
      accuracy: perhaps,
      precision: perhaps,
      recall: perhaps,
      f1: perhaps,
      auc: perhaps,
      logLoss: perhaps,
    })
    .nullable(),
  baselineAccuracy: perhaps,
  scoringLatencyMs: quantiles,
  endToEndLatencyMs: quantiles,
  firedRules: z.array(z.string()),
  computedAt: z.string(),
});

export const alertView = z.object({
  eventId: z.string(),
  monitor: z.string(),
  endpoint: z.string(),
  rule: z.string(),
  window: z.object({ start: z.string(), end: z.string() }),
  value: z.number(),
  threshold: z.number(),
  baseline: perhaps,
  columns: z.array(z.string()),
  message: z.string(),
  reportEventId: z.string(),
  modelVersion: z.string().nullable(),
  firedAt: z.string(),
});

export type ReportView = z.infer<typeof reportView>;
export type AlertView = z.infer<typeof alertView>;

export function viewReport(report: StoredReport): ReportView {
  return {
    eventId: report.event_id,
    monitor: report.monitor,
    endpoint: report.endpoint,
    window: { start: report.window_start, end: report.window_end },
    revision: report.revision,
    rows: report.rows,
    errors: report.errors,
    labelled: report.labelled,
    modelVersions: { ...report.model_versions },
    referenceRows: report.reference_rows,
    columns: report.columns.map((column) => ({
      name: column.name,
      kind: column.kind,
      referenceCount: column.reference_count,
      currentCount: column.current_count,
      missingShare: column.missing_share,
      psi: column.psi,
      ks:
        column.ks_statistic === null || column.ks_p_value === null
          ? null
          : { statistic: column.ks_statistic, pValue: column.ks_p_value, method: column.ks_method ?? '' },
      chiSquare:
        column.chi_square_p_value === null
          ? null
          : { statistic: column.chi_square_statistic, pValue: column.chi_square_p_value },
      bins: {
        edges: [...column.bin_edges],
        labels: [...column.bin_labels],
        reference: [...column.reference_bins],
        current: [...column.current_bins],
      },
    })),
    sampledRows: report.sampled_rows,
    notCompared: { ...report.not_compared },
    quality:
      report.quality_rows === 0
        ? null
        : {
            rows: report.quality_rows,
            positives: report.positives,
            accuracy: report.accuracy,
            precision: report.precision,
            recall: report.recall,
            f1: report.f1,
            auc: report.auc,
            logLoss: report.log_loss,
          },
    baselineAccuracy: report.baseline_accuracy,
    scoringLatencyMs: { p50: report.scoring_p50_ms, p95: report.scoring_p95_ms, p99: report.scoring_p99_ms },
    endToEndLatencyMs: {
      p50: report.end_to_end_p50_ms,
      p95: report.end_to_end_p95_ms,
      p99: report.end_to_end_p99_ms,
    },
    firedRules: [...report.fired_rules],
    computedAt: report.computed_at,
  };
}

export function viewAlert(alert: StoredAlert): AlertView {
  return {
    eventId: alert.event_id,
    monitor: alert.monitor,
    endpoint: alert.endpoint,
    rule: alert.rule,
    window: { start: alert.window_start, end: alert.window_end },
    value: alert.value,
    threshold: alert.threshold,
    baseline: alert.baseline,
    columns: [...alert.columns],
    message: alert.message,
    reportEventId: alert.report_event_id,
    modelVersion: alert.model_version,
    firedAt: alert.fired_at,
  };
}
