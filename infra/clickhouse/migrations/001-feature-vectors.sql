-- Vectors as they were served.

CREATE TABLE IF NOT EXISTS {database}.feature_vectors {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: lane|source_topic|generation|source_partition|source_offset. Equal ids are the same fact',
    `lane` LowCardinality(String) COMMENT 'Feature service at a version, as name@version',
    `feature_service` LowCardinality(String) COMMENT 'Name of the feature service',
    `feature_service_version` UInt32 COMMENT 'Version of the feature service',
    `source_topic` LowCardinality(String) COMMENT 'Topic of the source record this row was derived from',
    `generation` UInt32 COMMENT 'Generation of the source topic, raised by an operator when the topic was recreated or repartitioned',
    `source_partition` UInt32 COMMENT 'Partition of the source record',
    `source_offset` UInt64 COMMENT 'Offset of the source record',
    `source_event_id` Nullable(String) COMMENT 'Value of the source\'s declared id field, null when it declares none',
    `entities` Map(LowCardinality(String), String) COMMENT 'Entity name to entity key',
    `event_time` DateTime64(3, 'UTC') COMMENT 'Event time of the source event: the time at which the features were evaluated',
    `source_timestamp` DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the source record',
    `numbers` Array(Float64) COMMENT 'Numeric and boolean features in the feature service\'s order; NaN is a missing value, true is 1',
    `strings` Array(Nullable(String)) COMMENT 'String features in the feature service\'s order; null is a missing value',
    `cuts` Array(Tuple(partition UInt32, offset Int64, own_offset Int64)) COMMENT 'What the vector knew, one cut a view in the feature service\'s order: partition and last position of the view\'s log that was included (-1 none), and the own event\'s position there (-1 not part of it)',
    `computed_at` DateTime64(3, 'UTC') COMMENT 'When the vector was computed',
    INDEX by_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_source_event_id source_event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_event_time event_time TYPE minmax GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(source_timestamp)
ORDER BY (feature_service, feature_service_version, source_topic, generation, source_partition, source_offset)
SETTINGS {deduplication}
COMMENT 'Feature vectors exactly as served to the models. One row an identity: repeated inserts are dropped by their token, and the key is the net. Partitioned by a time that is part of the fact, so a repeat meets its first.';
