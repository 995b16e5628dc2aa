-- Runs that were purged. Of their rows run_facts keeps when they began, were deleted and purged, so that nothing comes back under their ids.

CREATE TABLE IF NOT EXISTS {database}.run_purges {on_cluster}
(
    `subject` LowCardinality(String) COMMENT 'run',
    `id` String COMMENT 'Run id',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment that held it',
    `erased` Bool COMMENT 'False: a purge is in the log, which counts when the run was deleted before it; true: its rows were taken out of the other tables',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the purge was asked for, or done'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (subject, id, erased)
SETTINGS {deduplication}
COMMENT 'Runs that were purged, and whether their rows were taken out already';

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
HAVING lifecycle_stage != 'purged'
COMMENT 'Runs as they stand, one row a run';
