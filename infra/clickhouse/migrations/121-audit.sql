-- The audit trail: every command of tracking and registry, who gave it and what it changed, chained by hashes.

CREATE TABLE IF NOT EXISTS {database}.audit_entries {on_cluster}
(
    `source_topic` LowCardinality(String) COMMENT 'Log that holds the command, under its name on the broker',
    `generation` UInt32 COMMENT 'Which life of that log',
    `source_partition` UInt32 COMMENT 'Partition that holds it',
    `source_offset` UInt64 COMMENT 'Offset of the record',
    `item` UInt32 COMMENT '0: what the command is about; 1 and more: what else it changed',
    `recorded_ms` Int64 COMMENT 'When the service took it, in milliseconds since 1970',
    `actor` String COMMENT 'Who asked',
    `request_id` String COMMENT 'Id of the request; of writes to runs empty when the client gave none',
    `command` LowCardinality(String) COMMENT 'What was asked, for example set-alias or log-to-run',
    `subject_kind` LowCardinality(String) COMMENT 'Kind of thing, for example model, version, alias, rules, experiment, run, logged-model, trace',
    `subject_id` String COMMENT 'Which one: a name or id; of a version model/number, of an alias model/alias',
    `outcome` LowCardinality(String) COMMENT 'accepted, refused, repeated (a request that was answered before) or unreadable (a record that is no event). A write to a run that the log refused is accepted here and named in run_voids: audit_log says refused',
    `refusal` String COMMENT 'Why it was refused',
    `request` String COMMENT 'The command as JSON; empty where after says it all',
    `before` String COMMENT 'The thing before, as JSON: null when it was not there, empty when it is not recorded',
    `after` String COMMENT 'The thing after, as JSON; of writes to runs and traces what the write set',
    `value_hash` String COMMENT 'SHA-256 of the value of the record',
    `previous_hash` String COMMENT 'Hash of the entry before it in the partition, empty for the first',
    `hash` String COMMENT 'SHA-256 of the entry: see libs/clickhouse/README.md',
    INDEX by_time recorded_ms TYPE minmax GRANULARITY 1,
    INDEX by_subject subject_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_actor actor TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_request request_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_command command TYPE set(100) GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
ORDER BY (source_topic, generation, source_partition, source_offset, item)
SETTINGS {deduplication}
COMMENT 'Every command of tracking and registry and what it changed, one row a thing. The identity is the place in the log; millrace audit verify checks the chain.';

CREATE OR REPLACE VIEW {database}.audit_log {on_cluster}
(
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took it',
    `actor` String COMMENT 'Who asked',
    `request_id` String COMMENT 'Id of the request, empty when there is none',
    `command` LowCardinality(String) COMMENT 'What was asked',
    `subject_kind` LowCardinality(String) COMMENT 'Kind of thing',
    `subject_id` String COMMENT 'Which one',
    `outcome` String COMMENT 'accepted, refused, repeated or unreadable',
    `refusal` String COMMENT 'Why it was refused',
    `request` String COMMENT 'The command as JSON',
    `before` String COMMENT 'The thing before, as JSON',
    `after` String COMMENT 'The thing after, as JSON',
    `source_topic` LowCardinality(String) COMMENT 'Log that holds the command',
    `source_partition` UInt32 COMMENT 'Partition that holds it',
    `source_offset` UInt64 COMMENT 'Offset of the record',
    `generation` UInt32 COMMENT 'Which life of that log',
    `item` UInt32 COMMENT '0: what the command is about; 1 and more: what else it changed',
    `hash` String COMMENT 'Hash in the chain of its partition'
)
AS SELECT DISTINCT fromUnixTimestamp64Milli(recorded_ms, 'UTC') AS recorded_at, actor, request_id, command, subject_kind, subject_id,
    if(endsWith(source_topic, 'tracking.runs') AND (subject_kind, subject_id, source_offset) IN (SELECT subject, id, log_offset FROM {database}.run_voids), 'refused', entries.outcome) AS outcome,
    refusal, request, before, after, source_topic, source_partition, source_offset, generation, item, hash
FROM {database}.audit_entries AS entries
COMMENT 'Who did what to which thing when, with the thing before and after. item = 0 is one row a command';
