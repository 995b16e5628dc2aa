-- Which model version was in charge since when.

CREATE TABLE IF NOT EXISTS {database}.model_promotions {on_cluster}
(
    `event_id` String COMMENT 'Deterministic id: lane|source_topic|generation|source_partition|source_offset. Equal ids are the same fact',
    `lane` LowCardinality(String) COMMENT 'Always registry',
    `source_topic` LowCardinality(String) COMMENT 'Topic of the source record this row was derived from',
    `generation` UInt32 COMMENT 'Generation of the source topic, raised by an operator when the topic was recreated or repartitioned',
    `source_partition` UInt32 COMMENT 'Partition of the source record',
    `source_offset` UInt64 COMMENT 'Offset of the source record',
    `model` String COMMENT 'Registered model name',
    `version` String COMMENT 'Version now in charge',
    `previous_version` Nullable(String) COMMENT 'Version that was in charge before',
    `target` String COMMENT 'What the version is in charge of: alias:<name> or stage:<name>',
    `artifact_hash` String COMMENT 'SHA-256 of the model artifact, in hexadecimal',
    `artifact_uri` String COMMENT 'Where the model artifact can be read',
    `run_id` Nullable(String) COMMENT 'Tracking run that logged the model',
    `actor` String COMMENT 'Who promoted it',
    `promoted_at` DateTime64(3, 'UTC') COMMENT 'When it was promoted'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (model, target, source_topic, generation, source_partition, source_offset)
SETTINGS {deduplication}
COMMENT 'Promotions of model versions, in the order of the registry\'s journal. One row an identity: repeated inserts are dropped by their token, and the key is the net. Partitioned by a time that is part of the fact, so a repeat meets its first.';
