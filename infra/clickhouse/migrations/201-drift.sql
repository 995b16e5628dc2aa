-- What the drift service said about the windows of each endpoint.

CREATE TABLE IF NOT EXISTS {database}.drift_reports {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: monitor|generation of the monitor|window start|revision. Equal ids are the same fact',
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor: tells it from a deleted one of the same name',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `revision` UInt64 COMMENT 'Predictions plus outcomes plus corrected outcomes that were counted: the report with the highest revision counts',
    `rows` UInt64 COMMENT 'Predictions in the window, failed ones included',
    `errors` UInt64 COMMENT 'Of these, with status error',
    `labelled` UInt64 COMMENT 'Of these, with a known outcome',
    `model_versions` Map(LowCardinality(String), UInt64) COMMENT 'Predictions by model version',
    `reference_rows` UInt64 COMMENT 'Rows of the reference; 0 when there was none to compare with',
    `columns` Array(Tuple(name String, kind String, reference_count UInt64, current_count UInt64, missing_share Float64, psi Nullable(Float64), ks_statistic Nullable(Float64), ks_p_value Nullable(Float64), ks_method Nullable(String), chi_square_statistic Nullable(Float64), chi_square_p_value Nullable(Float64), bin_edges Array(Float64), bin_labels Array(String), reference_bins Array(Float64), current_bins Array(Float64))) COMMENT 'One a feature and one for the score: how it differs from the reference. Flattened in v_drift_columns',
    `quality_rows` UInt64 COMMENT 'Scored predictions whose outcome is known: what the quality is measured over',
    `positives` UInt64 COMMENT 'Of these, with a positive label',
    `accuracy` Nullable(Float64) COMMENT 'Share judged right at the monitor\'s threshold',
    `precision` Nullable(Float64) COMMENT 'Null when nothing was predicted positive',
    `recall` Nullable(Float64) COMMENT 'Null when nothing is positive',
    `f1` Nullable(Float64) COMMENT 'Harmonic mean of precision and recall',
    `auc` Nullable(Float64) COMMENT 'Area under the ROC curve, ties one half; null with one class',
    `log_loss` Nullable(Float64) COMMENT 'Mean negative log likelihood, natural log',
    `baseline_accuracy` Nullable(Float64) COMMENT 'Accuracy that the window was compared with',
    `scoring_p50_ms` Nullable(Float64) COMMENT 'Time the model took, median',
    `scoring_p95_ms` Nullable(Float64) COMMENT 'Time the model took, 95th percentile',
    `scoring_p99_ms` Nullable(Float64) COMMENT 'Time the model took, 99th percentile',
    `end_to_end_p50_ms` Nullable(Float64) COMMENT 'From the source record\'s timestamp to the score, median',
    `end_to_end_p95_ms` Nullable(Float64) COMMENT 'From the source record\'s timestamp to the score, 95th percentile',
    `end_to_end_p99_ms` Nullable(Float64) COMMENT 'From the source record\'s timestamp to the score, 99th percentile',
    `fired_rules` Array(String) COMMENT 'Rules that held in this revision of the window',
    `computed_at` DateTime64(3, 'UTC') COMMENT 'When the report was computed'
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(window_start)
ORDER BY (endpoint, monitor, monitor_generation, window_start, event_id)
SETTINGS {deduplication}
COMMENT 'Every report of every window. A window is reported when it closes and again as outcomes arrive: read v_drift_reports';

CREATE TABLE IF NOT EXISTS {database}.drift_alerts {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: monitor|generation of the monitor|window start|rule. Equal ids are the same fact',
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `rule` LowCardinality(String) COMMENT 'ks-p-value, accuracy-drop, latency-p95 or error-rate',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `value` Float64 COMMENT 'What was measured',
    `threshold` Float64 COMMENT 'The rule\'s limit',
    `baseline` Nullable(Float64) COMMENT 'What an accuracy drop is measured from',
    `columns` Array(String) COMMENT 'Features for which the rule holds, the strongest first',
    `message` String COMMENT 'What happened, in a sentence',
    `report_event_id` String COMMENT 'The report in which the rule first held',
    `model_version` Nullable(String) COMMENT 'Version that scored most of the window',
    `fired_at` DateTime64(3, 'UTC') COMMENT 'When the rule was found to hold'
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(window_start)
ORDER BY (endpoint, monitor, monitor_generation, window_start, event_id)
SETTINGS {deduplication}
COMMENT 'Every alert, one a rule and window: read v_drift_alerts';

CREATE OR REPLACE VIEW {database}.v_drift_reports {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: monitor|generation of the monitor|window start|revision',
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `revision` UInt64 COMMENT 'Predictions plus outcomes plus corrected outcomes that were counted',
    `rows` UInt64 COMMENT 'Predictions in the window, failed ones included',
    `errors` UInt64 COMMENT 'Of these, with status error',
    `labelled` UInt64 COMMENT 'Of these, with a known outcome',
    `model_versions` Map(LowCardinality(String), UInt64) COMMENT 'Predictions by model version',
    `reference_rows` UInt64 COMMENT 'Rows of the reference; 0 when there was none to compare with',
    `quality_rows` UInt64 COMMENT 'Scored predictions whose outcome is known',
    `positives` UInt64 COMMENT 'Of these, with a positive label',
    `accuracy` Nullable(Float64) COMMENT 'Share judged right at the monitor\'s threshold',
    `precision` Nullable(Float64) COMMENT 'Null when nothing was predicted positive',
    `recall` Nullable(Float64) COMMENT 'Null when nothing is positive',
    `f1` Nullable(Float64) COMMENT 'Harmonic mean of precision and recall',
    `auc` Nullable(Float64) COMMENT 'Area under the ROC curve',
    `log_loss` Nullable(Float64) COMMENT 'Mean negative log likelihood',
    `baseline_accuracy` Nullable(Float64) COMMENT 'Accuracy that the window was compared with',
    `scoring_p95_ms` Nullable(Float64) COMMENT 'Time the model took, 95th percentile',
    `end_to_end_p95_ms` Nullable(Float64) COMMENT 'From the source record\'s timestamp to the score, 95th percentile',
    `fired_rules` Array(String) COMMENT 'Rules that held in this revision of the window',
    `computed_at` DateTime64(3, 'UTC') COMMENT 'When the report was computed'
)
AS SELECT
    event_id, monitor, monitor_generation, endpoint, window_start, window_end, revision, rows, errors, labelled,
    model_versions, reference_rows, quality_rows, positives, accuracy, precision, recall, f1, auc, log_loss,
    baseline_accuracy, scoring_p95_ms, end_to_end_p95_ms, fired_rules, computed_at
FROM {database}.drift_reports
ORDER BY revision DESC, computed_at ASC
LIMIT 1 BY endpoint, monitor, monitor_generation, window_start
COMMENT 'The newest report of each window';

CREATE OR REPLACE VIEW {database}.v_drift_columns {on_cluster}
(
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `name` String COMMENT 'Feature name; score for the model\'s score',
    `kind` String COMMENT 'number, string or score',
    `reference_count` UInt64 COMMENT 'Reference rows with a value',
    `current_count` UInt64 COMMENT 'Rows of the window with a value',
    `missing_share` Float64 COMMENT 'Share of the window\'s rows without a value',
    `psi` Nullable(Float64) COMMENT 'Population stability index, as Evidently computes it',
    `ks_statistic` Nullable(Float64) COMMENT 'Two-sample Kolmogorov-Smirnov distance',
    `ks_p_value` Nullable(Float64) COMMENT 'Its p-value, as scipy.stats.ks_2samp computes it',
    `chi_square_p_value` Nullable(Float64) COMMENT 'One-way chi-square p-value, as Evidently computes it'
)
AS SELECT
    monitor, monitor_generation, endpoint, window_start, window_end,
    c.name AS name, c.kind AS kind, c.reference_count AS reference_count, c.current_count AS current_count,
    c.missing_share AS missing_share, c.psi AS psi, c.ks_statistic AS ks_statistic, c.ks_p_value AS ks_p_value,
    c.chi_square_p_value AS chi_square_p_value
FROM
(
    SELECT monitor, monitor_generation, endpoint, window_start, window_end, columns
    FROM {database}.drift_reports
    ORDER BY revision DESC, computed_at ASC
    LIMIT 1 BY endpoint, monitor, monitor_generation, window_start
)
ARRAY JOIN columns AS c
COMMENT 'How each feature and the score differ from the reference, by window';

CREATE OR REPLACE VIEW {database}.v_drift_alerts {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: monitor|generation of the monitor|window start|rule',
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `rule` LowCardinality(String) COMMENT 'ks-p-value, accuracy-drop, latency-p95 or error-rate',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `value` Float64 COMMENT 'What was measured',
    `threshold` Float64 COMMENT 'The rule\'s limit',
    `baseline` Nullable(Float64) COMMENT 'What an accuracy drop is measured from',
    `columns` Array(String) COMMENT 'Features for which the rule holds, the strongest first',
    `message` String COMMENT 'What happened, in a sentence',
    `report_event_id` String COMMENT 'The report in which the rule first held',
    `model_version` Nullable(String) COMMENT 'Version that scored most of the window',
    `fired_at` DateTime64(3, 'UTC') COMMENT 'When the rule was found to hold'
)
AS SELECT
    event_id, monitor, monitor_generation, endpoint, rule, window_start, window_end, value, threshold, baseline, columns,
    message, report_event_id, model_version, fired_at
FROM {database}.drift_alerts
ORDER BY fired_at ASC
LIMIT 1 BY event_id
COMMENT 'Every alert once';
