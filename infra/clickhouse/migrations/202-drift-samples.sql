-- How many rows were compared, and why a feature or the score was not.

ALTER TABLE {database}.drift_reports {on_cluster}
    ADD COLUMN IF NOT EXISTS `sampled_rows` UInt64 COMMENT 'Rows whose features and scores were compared: all, or a sample of a large window; quality and latency are over all. 0 in reports from before it was said',
    ADD COLUMN IF NOT EXISTS `not_compared` Map(LowCardinality(String), String) COMMENT 'Why a feature, or score, is not among the columns, by name',
    MODIFY COLUMN `revision` COMMENT 'Grows with what is known of the window and of what it is judged against: the report with the highest revision counts';

CREATE OR REPLACE VIEW {database}.v_drift_reports {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: monitor|generation of the monitor|window start|revision',
    `monitor` LowCardinality(String) COMMENT 'Name of the monitor',
    `monitor_generation` UInt64 COMMENT 'Journal position that created the monitor',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint whose predictions are watched',
    `window_start` DateTime64(3, 'UTC') COMMENT 'Event time at which the window begins, included',
    `window_end` DateTime64(3, 'UTC') COMMENT 'Event time at which the window ends, not included',
    `revision` UInt64 COMMENT 'Grows with what is known of the window and of what it is judged against',
    `rows` UInt64 COMMENT 'Predictions in the window, failed ones included',
    `errors` UInt64 COMMENT 'Of these, with status error',
    `labelled` UInt64 COMMENT 'Of these, with a known outcome',
    `model_versions` Map(LowCardinality(String), UInt64) COMMENT 'Predictions by model version',
    `reference_rows` UInt64 COMMENT 'Rows of the reference; 0 when there was none to compare with',
    `sampled_rows` UInt64 COMMENT 'Rows whose features and scores were compared; quality and latency are over all',
    `not_compared` Map(LowCardinality(String), String) COMMENT 'Why a feature, or score, was not compared, by name',
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
    model_versions, reference_rows, sampled_rows, not_compared, quality_rows, positives, accuracy, precision, recall, f1, auc, log_loss,
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
    `chi_square_p_value` Nullable(Float64) COMMENT 'Chi-square p-value: one-way over values, as Evidently computes it; over bins of numbers with many values, as scipy.stats.chi2_contingency does'
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
