import { table } from '@millrace/clickhouse';
import type { ColumnDrift, DriftAlert, DriftReport } from '@millrace/schemas';

const TIME = "DateTime64(3, 'UTC')";
const WORD = 'LowCardinality(String)';
const PERHAPS = 'Nullable(Float64)';
const COLUMN = `Tuple(name String, kind String, reference_count UInt64, current_count UInt64, missing_share Float64, psi ${PERHAPS}, ks_statistic ${PERHAPS}, ks_p_value ${PERHAPS}, ks_method Nullable(String), chi_square_statistic ${PERHAPS}, chi_square_p_value ${PERHAPS}, bin_edges Array(Float64), bin_labels Array(String), reference_bins Array(Float64), current_bins Array(Float64))`;

/** `drift_reports`: every report of every window. */
export const driftReportsTable = table<DriftReport>('drift_reports', {
  event_id: { type: 'String', of: (r) => r.eventId },
  monitor: { type: WORD, of: (r) => r.monitor },
  monitor_generation: { type: 'UInt64', of: (r) => r.monitorGeneration },
  endpoint: { type: WORD, of: (r) => r.endpoint },
  window_start: { type: TIME, of: (r) => r.windowStartMs },
  window_end: { type: TIME, of: (r) => r.windowEndMs },
  revision: { type: 'UInt64', of: (r) => r.revision },
  rows: { type: 'UInt64', of: (r) => r.rows },
  errors: { type: 'UInt64', of: (r) => r.errors },
  labelled: { type: 'UInt64', of: (r) => r.labelled },
  model_versions: { type: 'Map(LowCardinality(String), UInt64)', of: (r) => r.modelVersions },
  reference_rows: { type: 'UInt64', of: (r) => r.referenceRows },
  columns: { type: `Array(${COLUMN})`, of: (r) => r.columns.map(columnTuple) },
  sampled_rows: { type: 'UInt64', of: (r) => r.sampledRows },
  not_compared: { type: 'Map(LowCardinality(String), String)', of: (r) => r.notCompared },
  quality_rows: { type: 'UInt64', of: (r) => r.quality?.rows ?? 0 },
  positives: { type: 'UInt64', of: (r) => r.quality?.positives ?? 0 },
  accuracy: { type: PERHAPS, of: (r) => r.quality?.accuracy ?? null },
  precision: { type: PERHAPS, of: (r) => r.quality?.precision ?? null },
  recall: { type: PERHAPS, of: (r) => r.quality?.recall ?? null },
  f1: { type: PERHAPS, of: (r) => r.quality?.f1 ?? null },
  auc: { type: PERHAPS, of: (r) => r.quality?.auc ?? null },
  log_loss: { type: PERHAPS, of: (r) => r.quality?.logLoss ?? null },
  baseline_accuracy: { type: PERHAPS, of: (r) => r.baselineAccuracy },
  scoring_p50_ms: { type: PERHAPS, of: (r) => r.scoringLatency?.p50 ?? null },
  scoring_p95_ms: { type: PERHAPS, of: (r) => r.scoringLatency?.p95 ?? null },
  scoring_p99_ms: { type: PERHAPS, of: (r) => r.scoringLatency?.p99 ?? null },
  end_to_end_p50_ms: { type: PERHAPS, of: (r) => r.endToEndLatency?.p50 ?? null },
  end_to_end_p95_ms: { type: PERHAPS, of: (r) => r.endToEndLatency?.p95 ?? null },
  end_to_end_p99_ms: { type: PERHAPS, of: (r) => r.endToEndLatency?.p99 ?? null },
  fired_rules: { type: 'Array(String)', of: (r) => r.firedRules },
  computed_at: { type: TIME, of: (r) => r.computedAtMs },
});

/** `drift_alerts`: one a rule and window. */
export const driftAlertsTable = table<DriftAlert>('drift_alerts', {
  event_id: { type: 'String', of: (a) => a.eventId },
  monitor: { type: WORD, of: (a) => a.monitor },
  monitor_generation: { type: 'UInt64', of: (a) => a.monitorGeneration },
  endpoint: { type: WORD, of: (a) => a.endpoint },
  rule: { type: WORD, of: (a) => a.rule },
  window_start: { type: TIME, of: (a) => a.windowStartMs },
  window_end: { type: TIME, of: (a) => a.windowEndMs },
  value: { type: 'Float64', of: (a) => a.value },
  threshold: { type: 'Float64', of: (a) => a.threshold },
  baseline: { type: PERHAPS, of: (a) => a.baseline },
  columns: { type: 'Array(String)', of: (a) => a.columns },
  message: { type: 'String', of: (a) => a.message },
  report_event_id: { type: 'String', of: (a) => a.reportEventId },
  model_version: { type: 'Nullable(String)', of: (a) => a.modelVersion },
  fired_at: { type: TIME, of: (a) => a.firedAtMs },
});

function columnTuple(c: ColumnDrift): readonly unknown[] {
  return [
    c.name,
    c.kind,
    c.referenceCount,
    c.currentCount,
    c.missingShare,
    c.psi,
    c.ksStatistic,
    c.ksPValue,
    c.ksMethod,
    c.chiSquareStatistic,
    c.chiSquarePValue,
    c.binEdges,
    c.binLabels,
    c.referenceBins,
    c.currentBins,
  ];
}
