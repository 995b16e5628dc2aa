-- Views for analysts: no duplicates, whatever the merges have done so far.

CREATE OR REPLACE VIEW {database}.v_predictions {on_cluster}
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
    `duration_us` UInt64 COMMENT 'Time the model took for the batch that held this vector, in microseconds'
)
AS SELECT
    event_id,
    lane,
    source_topic,
    generation,
    source_partition,
    source_offset,
    endpoint,
    request_id,
    source_event_id,
    vector_event_id,
    entities,
    event_time,
    source_timestamp,
    feature_service,
    feature_service_version,
    model,
    model_version,
    artifact_hash,
    status,
    error,
    score,
    outputs,
    numbers,
    strings,
    vector_at,
    scored_at,
    duration_us
FROM {database}.predictions FINAL
COMMENT 'Every prediction once';

CREATE OR REPLACE VIEW {database}.v_feature_vectors {on_cluster}
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
    `computed_at` DateTime64(3, 'UTC') COMMENT 'When the vector was computed'
)
AS SELECT
    event_id,
    lane,
    feature_service,
    feature_service_version,
    source_topic,
    generation,
    source_partition,
    source_offset,
    source_event_id,
    entities,
    event_time,
    source_timestamp,
    numbers,
    strings,
    cuts,
    computed_at
FROM {database}.feature_vectors FINAL
COMMENT 'Every served feature vector once';

CREATE OR REPLACE VIEW {database}.v_outcomes {on_cluster}
(
    `source` LowCardinality(String) COMMENT 'Name of the source whose event this outcome belongs to',
    `source_topic` String COMMENT 'Topic of that source; the source name itself when no such source is defined',
    `source_event_id` String COMMENT 'Value of the source\'s id field of the event this outcome belongs to',
    `label` Float64 COMMENT 'The label that was observed last',
    `event_time` DateTime64(3, 'UTC') COMMENT 'Event time of the original event',
    `observed_at` DateTime64(3, 'UTC') COMMENT 'When that label became known',
    `corrections` UInt64 COMMENT 'How many different outcomes were given before it'
)
AS SELECT
    o.source AS source,
    if(s.topic = '', toString(o.source), s.topic) AS source_topic,
    o.source_event_id AS source_event_id,
    o.label AS label,
    o.event_time AS event_time,
    o.observed_at AS observed_at,
    o.corrections AS corrections
FROM
(
    SELECT
        source,
        source_event_id,
        argMax(t.label, (t.observed_at, t.event_id)) AS label,
        argMax(t.event_time, (t.observed_at, t.event_id)) AS event_time,
        max(t.observed_at) AS observed_at,
        uniqExact(t.event_id) - 1 AS corrections
    FROM {database}.outcomes AS t
    GROUP BY source, source_event_id
) AS o
LEFT JOIN (SELECT name, argMax(topic, defined_at) AS topic FROM {database}.sources GROUP BY name) AS s ON s.name = o.source
COMMENT 'The newest outcome of each source event';

CREATE OR REPLACE VIEW {database}.v_predictions_with_outcomes {on_cluster}
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
    `label` Nullable(Float64) COMMENT 'The outcome\'s label that was observed last, null while there is none',
    `outcome_observed_at` Nullable(DateTime64(3, 'UTC')) COMMENT 'When that label became known'
)
AS SELECT
    p.event_id AS event_id,
    p.lane AS lane,
    p.source_topic AS source_topic,
    p.generation AS generation,
    p.source_partition AS source_partition,
    p.source_offset AS source_offset,
    p.endpoint AS endpoint,
    p.request_id AS request_id,
    p.source_event_id AS source_event_id,
    p.vector_event_id AS vector_event_id,
    p.entities AS entities,
    p.event_time AS event_time,
    p.source_timestamp AS source_timestamp,
    p.feature_service AS feature_service,
    p.feature_service_version AS feature_service_version,
    p.model AS model,
    p.model_version AS model_version,
    p.artifact_hash AS artifact_hash,
    p.status AS status,
    p.error AS error,
    p.score AS score,
    p.outputs AS outputs,
    p.numbers AS numbers,
    p.strings AS strings,
    p.vector_at AS vector_at,
    p.scored_at AS scored_at,
    p.duration_us AS duration_us,
    o.label AS label,
    o.observed_at AS outcome_observed_at
FROM (SELECT * FROM {database}.predictions FINAL) AS p
LEFT ANY JOIN
(
    SELECT
        source_topic,
        toNullable(source_event_id) AS source_event_id,
        toNullable(label) AS label,
        toNullable(observed_at) AS observed_at
    FROM {database}.v_outcomes
) AS o ON o.source_topic = p.source_topic AND o.source_event_id = p.source_event_id
COMMENT 'Every prediction once, with its newest outcome when there is one';
