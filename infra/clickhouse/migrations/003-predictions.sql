-- Every score that was given.

CREATE TABLE IF NOT EXISTS {database}.predictions {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: lane|source_topic|generation|source_partition|source_offset. Equal ids are the same fact',
    `lane` LowCardinality(String) COMMENT 'Endpoint name',
    `source_topic` LowCardinality(String) COMMENT 'Topic of the source record this row was derived from',
    `generation` UInt32 COMMENT 'Generation of the source topic, raised by an operator when the topic was recreated or repartitioned',
    `source_partition` UInt32 COMMENT 'Partition of the source record',
    `source_offset` UInt64 COMMENT 'Offset of the source record',
    `endpoint` LowCardinality(String) COMMENT 'Endpoint that scored',
    `request_id` Nullable(String) COMMENT 'Id of the REST or gRPC request, null when a stream vector was scored',
    `source_event_id` Nullable(String) COMMENT 'Value of the source\'s declared id field; outcomes join on it',
    `vector_event_id` Nullable(String) COMMENT 'event_id of the feature vector that was scored, null for a request',
    `entities` Map(LowCardinality(String), String) COMMENT 'Entity name to entity key',
    `event_time` DateTime64(3, 'UTC') COMMENT 'Event time of the source event, or the time the request was evaluated at',
    `source_timestamp` DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the source record, or the time the request arrived',
    `feature_service` LowCardinality(String) COMMENT 'Name of the feature service that made the inputs',
    `feature_service_version` UInt32 COMMENT 'Version of the feature service',
    `model` LowCardinality(String) COMMENT 'Registered model name',
    `model_version` LowCardinality(String) COMMENT 'Version of the registered model',
    `artifact_hash` LowCardinality(String) COMMENT 'SHA-256 of the model artifact that scored, in hexadecimal',
    `status` LowCardinality(String) COMMENT 'ok, or error: then score is null and error says why',
    `error` Nullable(String) COMMENT 'What went wrong when status is error',
    `score` Nullable(Float64) COMMENT 'The model\'s score',
    `outputs` Map(LowCardinality(String), Float64) COMMENT 'Further numeric outputs of the model by name',
    `numbers` Array(Float64) COMMENT 'Numeric inputs as served, in the feature service\'s order; NaN is a missing value',
    `strings` Array(Nullable(String)) COMMENT 'String inputs as served, in the feature service\'s order; null is a missing value',
    `vector_at` DateTime64(3, 'UTC') COMMENT 'When the feature vector was computed',
    `scored_at` DateTime64(3, 'UTC') COMMENT 'When the score was computed',
    `duration_us` UInt64 COMMENT 'Time the model took for the batch that held this vector, in microseconds',
    INDEX by_event_id event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_source_event_id source_event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX by_event_time event_time TYPE minmax GRANULARITY 1,
    INDEX by_scored_at scored_at TYPE minmax GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
PARTITION BY toYYYYMM(source_timestamp)
ORDER BY (endpoint, source_topic, generation, source_partition, source_offset, event_id)
SETTINGS {deduplication}
COMMENT 'Every prediction with its inputs as served. One row an identity: repeated inserts are dropped by their token, and the key is the net. Partitioned by a time that is part of the fact, so a repeat meets its first.';
