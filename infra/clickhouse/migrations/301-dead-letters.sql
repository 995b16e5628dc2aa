-- What could not be handled, as a projection of the dead-letter topics.

CREATE TABLE IF NOT EXISTS {database}.dead_letters {on_cluster}
(
    `group` LowCardinality(String) COMMENT 'Consumer group that gave up on the record',
    `topic` LowCardinality(String) COMMENT 'Topic of the record',
    `generation` UInt32 COMMENT 'Generation of the topic, raised by an operator when it was recreated or repartitioned',
    `partition` UInt32 COMMENT 'Partition of the record',
    `offset` UInt64 COMMENT 'Offset of the record',
    `reason` LowCardinality(String) COMMENT 'Stable code of the reason, for example missing-entity',
    `message` String COMMENT 'What is wrong with the record, with its value',
    `timestamp` DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the record',
    `buried_at` DateTime64(3, 'UTC') COMMENT 'When the record was moved to the dead letters',
    `bytes` UInt32 COMMENT 'Size of the record''s value; the value itself is in the dead-letter topic'
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(timestamp)
ORDER BY (`group`, topic, generation, partition, offset)
SETTINGS {deduplication}
COMMENT 'Records that could not be handled, with the reason. The record itself, byte for byte, is in the topic <group>.dead-letters';
