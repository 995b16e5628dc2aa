-- Source events in the logs of views that are keyed by another field than the source topic.

CREATE TABLE IF NOT EXISTS {database}.rekeyed_events {on_cluster}
(
    `view` LowCardinality(String) COMMENT 'View at a version, as name@version',
    `partition` UInt32 COMMENT 'Partition of the view\'s log that holds the event',
    `offset` UInt64 COMMENT 'Position of the event in the view\'s log',
    `entity` String COMMENT 'Key of the view\'s entity',
    `event_time` DateTime64(3, 'UTC') COMMENT 'Event time of the source event',
    `source_topic` LowCardinality(String) COMMENT 'Topic of the source record this row was derived from',
    `generation` UInt32 COMMENT 'Generation of the source topic, raised by an operator when the topic was recreated or repartitioned',
    `source_partition` UInt32 COMMENT 'Partition of the source record',
    `source_offset` UInt64 COMMENT 'Offset of the source record',
    `numbers` Array(Float64) COMMENT 'Numeric and boolean inputs of the view, already evaluated, in the view\'s order; NaN is a missing value',
    `strings` Array(Nullable(String)) COMMENT 'String inputs of the view, already evaluated, in the view\'s order; null is a missing value',
    INDEX by_position (partition, offset) TYPE minmax GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(event_time)
ORDER BY (view, entity, event_time, source_topic, generation, source_partition, source_offset)
SETTINGS {deduplication}
COMMENT 'Source events as they lie in each view\'s own log. One row an identity: repeated inserts are dropped by their token, and the key is the net. Partitioned by a time that is part of the fact, so a repeat meets its first.';
