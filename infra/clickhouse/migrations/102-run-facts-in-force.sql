-- Writes to runs that the log holds and that were refused: later events name them, and they count nowhere.

CREATE TABLE IF NOT EXISTS {database}.run_voids {on_cluster}
(
    `subject` LowCardinality(String) COMMENT 'run or logged-model',
    `id` String COMMENT 'Run id or model id',
    `log_offset` UInt64 COMMENT 'Offset of the write that does not count'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (subject, id, log_offset)
SETTINGS {deduplication}
COMMENT 'Writes that were refused after they had been appended to tracking.runs. Few: two writers must meet within milliseconds.';

CREATE OR REPLACE VIEW {database}.v_run_metrics {on_cluster}
(
    `run_id` String COMMENT 'Run that logged the point',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the run',
    `metric` String COMMENT 'Metric name',
    `step` Int64 COMMENT 'Step as the client gave it',
    `logged_at` DateTime64(3, 'UTC') COMMENT 'Time as the client gave it',
    `value` Float64 COMMENT 'Value; NaN is kept'
)
AS SELECT DISTINCT id AS run_id, experiment_id, key AS metric, step, fromUnixTimestamp64Milli(timestamp_ms, 'UTC') AS logged_at, number AS value
FROM {database}.run_facts
WHERE subject = 'run' AND kind = 'metric' AND (subject, id, log_offset) NOT IN (SELECT subject, id, log_offset FROM {database}.run_voids)
COMMENT 'Every point of every metric of every run, each once';

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
    anyIf(latest, kind = 'attribute' AND key = 'name') AS name,
    anyIf(latest, kind = 'attribute' AND key = 'user_id') AS user_id,
    anyIf(latest, kind = 'attribute' AND key = 'status') AS status,
    anyIf(latest, kind = 'attribute' AND key = 'lifecycle_stage') AS lifecycle_stage,
    fromUnixTimestamp64Milli(toInt64OrZero(anyIf(latest, kind = 'attribute' AND key = 'start_time')), 'UTC') AS started_at,
    fromUnixTimestamp64Milli(toInt64OrNull(anyIf(latest, kind = 'attribute' AND key = 'end_time')), 'UTC') AS ended_at,
    CAST((groupArrayIf(key, kind = 'param'), groupArrayIf(first, kind = 'param')), 'Map(String, String)') AS params,
    CAST((groupArrayIf(key, kind = 'tag' AND NOT gone), groupArrayIf(latest, kind = 'tag' AND NOT gone)), 'Map(String, String)') AS tags,
    CAST((groupArrayIf(key, kind = 'metric'), groupArrayIf(point, kind = 'metric')), 'Map(String, Float64)') AS metrics
FROM
(
    SELECT
        id,
        kind,
        key,
        any(experiment_id) AS experiment,
        argMax(text, (log_offset, item)) AS latest,
        argMin(text, (log_offset, item)) AS first,
        argMax(removed, (log_offset, item)) AS gone,
        argMax(number, (step, timestamp_ms, if(isNaN(number), -inf, number))) AS point
    FROM {database}.run_facts
    WHERE subject = 'run' AND kind IN ('attribute', 'param', 'tag', 'metric')
        AND (subject, id, log_offset) NOT IN (SELECT subject, id, log_offset FROM {database}.run_voids)
    GROUP BY id, kind, key
)
GROUP BY id
COMMENT 'Runs as they stand, one row a run';
