-- Promotions and the findings of the running check for analysts: no duplicates, whatever the merges have done so far.

CREATE OR REPLACE VIEW {database}.v_model_promotions {on_cluster}
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
AS SELECT
    event_id,
    lane,
    source_topic,
    generation,
    source_partition,
    source_offset,
    model,
    version,
    previous_version,
    target,
    artifact_hash,
    artifact_uri,
    run_id,
    actor,
    promoted_at
FROM {database}.model_promotions FINAL
COMMENT 'Promotions of model versions, each once';

CREATE OR REPLACE VIEW {database}.v_feature_parity {on_cluster}
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
AS SELECT
    event_id,
    lane,
    source_topic,
    generation,
    source_partition,
    source_offset,
    feature,
    served,
    recomputed,
    cause,
    checked_at
FROM {database}.feature_parity FINAL
COMMENT 'What the running check found of each feature of a vector last';
