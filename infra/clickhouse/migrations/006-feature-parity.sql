-- What the running check of served against recomputed features found.

CREATE TABLE IF NOT EXISTS {database}.feature_parity {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: lane|source_topic|generation|source_partition|source_offset. Equal ids are the same fact',
    `lane` LowCardinality(String) COMMENT 'Feature service at a version, as name@version',
    `source_topic` LowCardinality(String) COMMENT 'Topic of the source record this row was derived from',
    `generation` UInt32 COMMENT 'Generation of the source topic, raised by an operator when the topic was recreated or repartitioned',
    `source_partition` UInt32 COMMENT 'Partition of the source record',
    `source_offset` UInt64 COMMENT 'Offset of the source record',
    `feature` String COMMENT 'Feature that was compared; empty for a whole vector that was equal',
    `served` String COMMENT 'Value as served, as JSON',
    `recomputed` String COMMENT 'Value recomputed at the vector\'s cuts, as JSON',
    `cause` LowCardinality(String) COMMENT 'equal, or why the values differ',
    `checked_at` DateTime64(3, 'UTC') COMMENT 'When the check ran'
)
ENGINE = {ReplacingMergeTree}(checked_at)
PARTITION BY toYYYYMM(checked_at)
ORDER BY (lane, source_topic, generation, source_partition, source_offset, feature)
SETTINGS {deduplication}
COMMENT 'Served features compared with the same features recomputed in SQL at the vector\'s cuts';
