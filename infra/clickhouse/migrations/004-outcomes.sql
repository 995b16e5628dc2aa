-- Labels as they become known, and which topic a source reads: outcomes name the source, predictions the topic.

CREATE TABLE IF NOT EXISTS {database}.outcomes {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id of this outcome',
    `source` LowCardinality(String) COMMENT 'Name of the source whose event this outcome belongs to',
    `source_event_id` String COMMENT 'Value of the source\'s id field of the event this outcome belongs to',
    `label` Float64 COMMENT 'The label: 1 and 0 for a binary outcome, or the true value',
    `event_time` DateTime64(3, 'UTC') COMMENT 'Event time of the original event',
    `observed_at` DateTime64(3, 'UTC') COMMENT 'When the outcome became known'
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(event_time)
ORDER BY (source, source_event_id, event_id)
SETTINGS {deduplication}
COMMENT 'What turned out to be true of source events. A later outcome of the same event corrects an earlier one: read v_outcomes';

CREATE TABLE IF NOT EXISTS {database}.sources {on_cluster}
(
    `name` LowCardinality(String) COMMENT 'Name of the source',
    `topic` String COMMENT 'Kafka topic that the source reads',
    `defined_at` DateTime64(3, 'UTC') COMMENT 'When the source was defined'
)
ENGINE = {ReplacingMergeTree}(defined_at)
ORDER BY (name)
SETTINGS {deduplication}
COMMENT 'Defined sources and their topics';
