-- Runs, laid out for what is asked of them: the points of a metric in order, and a run as it stands among those of its
-- experiment. run_facts keeps all that is no point.

CREATE TABLE IF NOT EXISTS {database}.run_metric_points {on_cluster}
(
    `subject` LowCardinality(String) COMMENT 'run or logged-model',
    `id` String COMMENT 'Run id or model id',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment that holds it',
    `key` String COMMENT 'Name of the metric',
    `timestamp_ms` Int64 COMMENT 'Time of the point as the client gave it, in milliseconds since 1970' CODEC(Delta, ZSTD),
    `step` Int64 COMMENT 'Step as the client gave it' CODEC(Delta, ZSTD),
    `value` Float64 COMMENT 'Value; NaN is kept' CODEC(ZSTD),
    `model_id` String COMMENT 'Logged model that the point measures, empty when none',
    `run_id` String COMMENT 'Run that logged the point, where the subject is a logged model',
    `dataset_name` String COMMENT 'Dataset of the point, empty when none',
    `dataset_digest` String COMMENT 'Digest of that dataset',
    `log_partition` UInt32 COMMENT 'Partition of tracking.runs that holds the write',
    `log_offset` UInt64 COMMENT 'Offset of the write' CODEC(Delta, ZSTD),
    `item` UInt32 COMMENT 'Place of the fact in its write' CODEC(Delta, ZSTD),
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took the write' CODEC(Delta, ZSTD),
    `actor` String COMMENT 'Who asked'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (subject, id, key, timestamp_ms, step, value, log_offset, item)
SETTINGS {deduplication}
COMMENT 'Points of metrics, one row for each time that one was written: readers drop equal points, which lie side by side';

CREATE TABLE IF NOT EXISTS {database}.run_latest {on_cluster}
(
    `experiment_id` LowCardinality(String) COMMENT 'Experiment that holds the run or logged model',
    `subject` LowCardinality(String) COMMENT 'run or logged-model',
    `kind` LowCardinality(String) COMMENT 'attribute, param, metric, tag, dataset, model-input or model-output',
    `key` String COMMENT 'As in run_facts',
    `id` String COMMENT 'Run id or model id',
    `winner` SimpleAggregateFunction(max, Tuple(Int64, Int64, Float64, String, Bool, Int64, Int64, String, String, String, String)) COMMENT 'The write that counts is the greatest: rank (step, time and value of a metric with -inf for NaN; offset and item of a tag or attribute; the same negative where the first counts), text, removed, offset, time of the write in milliseconds, model, run, dataset, digest'
)
ENGINE = {AggregatingMergeTree}
ORDER BY (experiment_id, subject, kind, key, id)
SETTINGS {deduplication}
COMMENT 'Runs and logged models as they stand, by experiment. Derived of the log like every table: the greatest of rows that are repeated is the same, so repeats do no harm. Holds writes that were named void later too: of runs in run_voids it tells nothing.';

ALTER TABLE {database}.run_facts {on_cluster} ADD COLUMN IF NOT EXISTS `layout` UInt8 DEFAULT 1 COMMENT '1: written by a release that put points of metrics here and nothing into run_metric_points and run_latest; 2: since then';

-- An instance of such a release may go on writing while it is replaced.
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.run_metric_points_of_layout_1 {on_cluster} TO {database}.run_metric_points
(
    `subject` LowCardinality(String) COMMENT 'As in run_metric_points',
    `id` String COMMENT 'As in run_metric_points',
    `experiment_id` LowCardinality(String) COMMENT 'As in run_metric_points',
    `key` String COMMENT 'As in run_metric_points',
    `timestamp_ms` Int64 COMMENT 'As in run_metric_points',
    `step` Int64 COMMENT 'As in run_metric_points',
    `value` Float64 COMMENT 'As in run_metric_points',
    `model_id` String COMMENT 'As in run_metric_points',
    `run_id` String COMMENT 'As in run_metric_points',
    `dataset_name` String COMMENT 'As in run_metric_points',
    `dataset_digest` String COMMENT 'As in run_metric_points',
    `log_partition` UInt32 COMMENT 'As in run_metric_points',
    `log_offset` UInt64 COMMENT 'As in run_metric_points',
    `item` UInt32 COMMENT 'As in run_metric_points',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'As in run_metric_points',
    `actor` String COMMENT 'As in run_metric_points'
)
AS SELECT subject, id, experiment_id, key, timestamp_ms, step, number AS value, model_id, run_id, dataset_name, dataset_digest, log_partition, log_offset, item, recorded_at, actor
FROM {database}.run_facts
WHERE layout = 1 AND kind = 'metric'
COMMENT 'Points that a release before this layout writes into run_facts';

CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.run_latest_of_layout_1 {on_cluster} TO {database}.run_latest
(
    `experiment_id` LowCardinality(String) COMMENT 'As in run_latest',
    `subject` LowCardinality(String) COMMENT 'As in run_latest',
    `kind` LowCardinality(String) COMMENT 'As in run_latest',
    `key` String COMMENT 'As in run_latest',
    `id` String COMMENT 'As in run_latest',
    `winner` Tuple(Int64, Int64, Float64, String, Bool, Int64, Int64, String, String, String, String) COMMENT 'As in run_latest'
)
AS SELECT experiment_id, subject, kind, key, id,
    (
        multiIf(kind = 'metric', step, kind IN ('attribute', 'tag'), toInt64(log_offset), -toInt64(log_offset)),
        multiIf(kind = 'metric', timestamp_ms, kind IN ('attribute', 'tag'), toInt64(item), -toInt64(item)),
        multiIf(kind != 'metric', 0., isNaN(number), -inf, number),
        if(kind = 'model-output', toString(step), text), removed, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at),
        model_id, run_id, dataset_name, dataset_digest
    ) AS winner
FROM {database}.run_facts
WHERE layout = 1 AND kind != 'artifact'
COMMENT 'What a release before this layout writes into run_facts, as it stands';

-- What is there already. The old points stay in run_facts, where that release reads them, and are read by nobody else.
INSERT INTO {database}.run_metric_points (subject, id, experiment_id, key, timestamp_ms, step, value, model_id, run_id, dataset_name, dataset_digest, log_partition, log_offset, item, recorded_at, actor)
SELECT subject, id, experiment_id, key, timestamp_ms, step, number, model_id, run_id, dataset_name, dataset_digest, log_partition, log_offset, item, recorded_at, actor
FROM {database}.run_facts
WHERE layout = 1 AND kind = 'metric';

INSERT INTO {database}.run_latest (experiment_id, subject, kind, key, id, winner)
SELECT experiment_id, subject, kind, key, id,
    (
        multiIf(kind = 'metric', step, kind IN ('attribute', 'tag'), toInt64(log_offset), -toInt64(log_offset)),
        multiIf(kind = 'metric', timestamp_ms, kind IN ('attribute', 'tag'), toInt64(item), -toInt64(item)),
        multiIf(kind != 'metric', 0., isNaN(number), -inf, number),
        if(kind = 'model-output', toString(step), text), removed, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at),
        model_id, run_id, dataset_name, dataset_digest
    ) AS winner
FROM {database}.run_facts
WHERE layout = 1 AND kind != 'artifact';

CREATE OR REPLACE VIEW {database}.v_run_metrics {on_cluster}
(
    `run_id` String COMMENT 'Run that logged the point',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the run',
    `metric` String COMMENT 'Metric name',
    `step` Int64 COMMENT 'Step as the client gave it',
    `logged_at` DateTime64(3, 'UTC') COMMENT 'Time as the client gave it',
    `value` Float64 COMMENT 'Value; NaN is kept'
)
AS SELECT DISTINCT id AS run_id, experiment_id, key AS metric, step, fromUnixTimestamp64Milli(timestamp_ms, 'UTC') AS logged_at, value
FROM {database}.run_metric_points
WHERE subject = 'run' AND (subject, id, log_offset) NOT IN (SELECT subject, id, log_offset FROM {database}.run_voids)
COMMENT 'Every point of every metric of every run, each once';

-- run_latest cannot give back a write that is void: runs that have one are taken together from all that was written.
CREATE OR REPLACE VIEW {database}.v_runs {on_cluster}
(
    `run_id` String COMMENT 'Run id',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the run',
    `name` String COMMENT 'Run name',
    `user_id` String COMMENT 'User that the client named',
    `status` String COMMENT 'RUNNING, SCHEDULED, FINISHED, FAILED or KILLED',
    `lifecycle_stage` String COMMENT 'active or deleted',
    `started_at` DateTime64(3, 'UTC') COMMENT 'Start as the client gave it',
    `ended_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'End, null while it runs',
    `params` Map(String, String) COMMENT 'Params by name',
    `tags` Map(String, String) COMMENT 'Tags by name',
    `metrics` Map(String, Float64) COMMENT 'The point that counts of each metric: highest step, then time, then value'
)
AS SELECT
    id AS run_id,
    any(experiment) AS experiment_id,
    anyIf(text, kind = 'attribute' AND key = 'name') AS name,
    anyIf(text, kind = 'attribute' AND key = 'user_id') AS user_id,
    anyIf(text, kind = 'attribute' AND key = 'status') AS status,
    anyIf(text, kind = 'attribute' AND key = 'lifecycle_stage') AS lifecycle_stage,
    fromUnixTimestamp64Milli(toInt64OrZero(anyIf(text, kind = 'attribute' AND key = 'start_time')), 'UTC') AS started_at,
    fromUnixTimestamp64Milli(toInt64OrNull(anyIf(text, kind = 'attribute' AND key = 'end_time')), 'UTC') AS ended_at,
    CAST((groupArrayIf(key, kind = 'param'), groupArrayIf(text, kind = 'param')), 'Map(String, String)') AS params,
    CAST((groupArrayIf(key, kind = 'tag' AND NOT gone), groupArrayIf(text, kind = 'tag' AND NOT gone)), 'Map(String, String)') AS tags,
    CAST((groupArrayIf(key, kind = 'metric'), groupArrayIf(point, kind = 'metric')), 'Map(String, Float64)') AS metrics
FROM
(
    SELECT id, kind, key, experiment, won.4 AS text, won.5 AS gone, if(won.3 = -inf, nan, won.3) AS point
    FROM
    (
        SELECT experiment_id AS experiment, id, kind, key, max(winner) AS won
        FROM
        (
            SELECT experiment_id, kind, key, id, winner
            FROM {database}.run_latest
            WHERE subject = 'run' AND kind IN ('attribute', 'param', 'tag', 'metric')
                AND id NOT IN (SELECT id FROM {database}.run_voids WHERE subject = 'run')
            UNION ALL
            SELECT experiment_id, kind, key, id,
                (
                    if(kind = 'param', -toInt64(log_offset), toInt64(log_offset)), if(kind = 'param', -toInt64(item), toInt64(item)), 0.,
                    text, removed, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at), model_id, run_id, dataset_name, dataset_digest
                ) AS winner
            FROM {database}.run_facts
            WHERE subject = 'run' AND kind IN ('attribute', 'param', 'tag')
                AND id IN (SELECT id FROM {database}.run_voids WHERE subject = 'run')
                AND (id, log_offset) NOT IN (SELECT id, log_offset FROM {database}.run_voids WHERE subject = 'run')
            UNION ALL
            SELECT experiment_id, CAST('metric', 'LowCardinality(String)') AS kind, key, id,
                (
                    step, timestamp_ms, if(isNaN(value), -inf, value),
                    '', false, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at), model_id, run_id, dataset_name, dataset_digest
                ) AS winner
            FROM {database}.run_metric_points
            WHERE subject = 'run'
                AND id IN (SELECT id FROM {database}.run_voids WHERE subject = 'run')
                AND (id, log_offset) NOT IN (SELECT id, log_offset FROM {database}.run_voids WHERE subject = 'run')
        )
        GROUP BY experiment_id, kind, key, id
    )
)
GROUP BY id
COMMENT 'Runs as they stand, one row a run';
