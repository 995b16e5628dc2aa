-- Dead letters by the id of their event, and without duplicates.

ALTER TABLE {database}.dead_letters {on_cluster}
    ADD COLUMN IF NOT EXISTS `source_event_id` Nullable(String) COMMENT 'Value of the source\'s declared id field, null when it declares none or the record cannot be read' AFTER `offset`;

ALTER TABLE {database}.dead_letters {on_cluster}
    ADD INDEX IF NOT EXISTS by_source_event_id source_event_id TYPE bloom_filter(0.01) GRANULARITY 4;

CREATE OR REPLACE VIEW {database}.v_dead_letters {on_cluster}
(
    `group` LowCardinality(String) COMMENT 'Consumer group that gave up on the record',
    `topic` LowCardinality(String) COMMENT 'Topic of the record',
    `generation` UInt32 COMMENT 'Generation of the topic, raised by an operator when it was recreated or repartitioned',
    `partition` UInt32 COMMENT 'Partition of the record',
    `offset` UInt64 COMMENT 'Offset of the record',
    `source_event_id` Nullable(String) COMMENT 'Value of the source\'s declared id field, null when it declares none or the record cannot be read',
    `reason` LowCardinality(String) COMMENT 'Stable code of the reason, for example missing-entity',
    `message` String COMMENT 'What is wrong with the record, with its value',
    `timestamp` DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the record',
    `buried_at` DateTime64(3, 'UTC') COMMENT 'When the record was moved to the dead letters'
)
AS SELECT
    `group`,
    topic,
    generation,
    `partition`,
    `offset`,
    source_event_id,
    reason,
    message,
    timestamp,
    buried_at
FROM {database}.dead_letters FINAL
COMMENT 'Records that could not be handled, with the reason, each once';
