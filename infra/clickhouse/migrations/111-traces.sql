-- Traces: what every acknowledged write said of them, one row a fact, and their spans.

CREATE TABLE IF NOT EXISTS {database}.trace_facts {on_cluster}
(
    `experiment_id` LowCardinality(String) COMMENT 'Experiment that holds the trace',
    `trace_id` String COMMENT 'Trace id as MLflow names it',
    `kind` LowCardinality(String) COMMENT 'attribute (said of the trace as a whole), observed (read from its spans), metadata, tag, assessment, run, prompt or deleted',
    `key` String COMMENT 'Name of the attribute, metadata or tag; id of the assessment or run; name/version of the prompt',
    `text` String COMMENT 'Value; the assessment as JSON',
    `removed` Bool COMMENT 'True when the write took the tag or assessment away',
    `log_partition` UInt32 COMMENT 'Partition of tracking.traces that holds the write',
    `log_offset` UInt64 COMMENT 'Offset of the write: what is below the one of a deletion is gone',
    `item` UInt32 COMMENT 'Place of the fact in its write',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took the write',
    `actor` String COMMENT 'Who asked',
    INDEX one_trace trace_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
ORDER BY (experiment_id, trace_id, kind, key, log_offset, item)
SETTINGS {deduplication}
COMMENT 'What every acknowledged write said of traces. One row an identity (trace_id, log_offset, item): repeated inserts are dropped by their token, and the key is the net.';

CREATE TABLE IF NOT EXISTS {database}.spans {on_cluster}
(
    `experiment_id` LowCardinality(String) COMMENT 'Experiment that holds the trace',
    `trace_id` String COMMENT 'Trace that the span is part of',
    `span_id` String COMMENT 'Span id, 16 hexadecimal digits',
    `parent_span_id` String COMMENT 'Span that it is part of, empty for a root',
    `name` String COMMENT 'Name that the exporter gave',
    `span_type` LowCardinality(String) COMMENT 'Kind of work for MLflow: LLM, TOOL, RETRIEVER and others; empty when nobody said',
    `status` LowCardinality(String) COMMENT 'OK, ERROR or UNSET',
    `status_message` String COMMENT 'Why it failed, empty otherwise',
    `start_ns` UInt64 COMMENT 'Start in nanoseconds since 1970',
    `end_ns` UInt64 COMMENT 'End in nanoseconds since 1970, 0 while it runs',
    `attributes` Map(String, String) COMMENT 'Attributes by name, each as JSON',
    `events` String COMMENT 'Events as a JSON list',
    `links` String COMMENT 'Links to other spans as a JSON list',
    `resource` Map(String, String) COMMENT 'Resource attributes of the exporter, each as JSON',
    `log_partition` UInt32 COMMENT 'Partition of tracking.traces that holds the write',
    `log_offset` UInt64 COMMENT 'Offset of the write: of several of one span the last counts',
    `item` UInt32 COMMENT 'Place of the span in its write',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took the write',
    INDEX one_trace trace_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = {ReplacingMergeTree}
ORDER BY (experiment_id, trace_id, span_id, log_offset, item)
SETTINGS {deduplication}
COMMENT 'Every write of a span. One row an identity (trace_id, log_offset, item): repeated inserts are dropped by their token, and the key is the net. Read v_spans.';

CREATE OR REPLACE VIEW {database}.v_traces {on_cluster}
(
    `trace_id` String COMMENT 'Trace id',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the trace',
    `state` String COMMENT 'OK, ERROR, IN_PROGRESS or STATE_UNSPECIFIED',
    `started_at` DateTime64(3, 'UTC') COMMENT 'Start as the client gave it, else of the first span',
    `duration_ms` Nullable(Int64) COMMENT 'Duration, null while it runs',
    `client_request_id` String COMMENT 'Id that the client gave the request, empty when none',
    `request_preview` String COMMENT 'Beginning of the input',
    `response_preview` String COMMENT 'Beginning of the output',
    `tags` Map(String, String) COMMENT 'Tags by name',
    `metadata` Map(String, String) COMMENT 'Metadata by name'
)
AS SELECT
    trace_id,
    any(experiment) AS experiment_id,
    multiIf(
        anyIf(latest, kind = 'attribute' AND key = 'state') NOT IN ('', 'IN_PROGRESS', 'STATE_UNSPECIFIED'), anyIf(latest, kind = 'attribute' AND key = 'state'),
        countIf(kind = 'observed' AND key = 'state') > 0, anyIf(latest, kind = 'observed' AND key = 'state'),
        countIf(kind = 'attribute' AND key = 'state') > 0, anyIf(latest, kind = 'attribute' AND key = 'state'),
        'IN_PROGRESS') AS state,
    fromUnixTimestamp64Milli(if(countIf(kind = 'attribute' AND key = 'request_time_ms') > 0,
        toInt64OrZero(anyIf(latest, kind = 'attribute' AND key = 'request_time_ms')),
        toInt64OrZero(anyIf(lowest, kind = 'observed' AND key = 'start_ms'))), 'UTC') AS started_at,
    if(countIf(kind = 'attribute' AND key = 'request_time_ms') > 0,
        toInt64OrNull(anyIf(latest, kind = 'attribute' AND key = 'execution_duration_ms')),
        toInt64OrNull(anyIf(highest, kind = 'observed' AND key = 'end_ms')) - toInt64OrZero(anyIf(lowest, kind = 'observed' AND key = 'start_ms'))) AS duration_ms,
    anyIf(latest, kind = 'attribute' AND key = 'client_request_id') AS client_request_id,
    if(countIf(kind = 'attribute' AND key = 'request_preview') > 0, anyIf(latest, kind = 'attribute' AND key = 'request_preview'), anyIf(first, kind = 'observed' AND key = 'request_preview')) AS request_preview,
    if(countIf(kind = 'attribute' AND key = 'response_preview') > 0, anyIf(latest, kind = 'attribute' AND key = 'response_preview'), anyIf(first, kind = 'observed' AND key = 'response_preview')) AS response_preview,
    CAST((groupArrayIf(key, kind = 'tag' AND NOT gone), groupArrayIf(latest, kind = 'tag' AND NOT gone)), 'Map(String, String)') AS tags,
    CAST((groupArrayIf(key, kind = 'metadata'), groupArrayIf(latest, kind = 'metadata')), 'Map(String, String)') AS metadata
FROM
(
    SELECT
        facts.trace_id AS trace_id,
        facts.kind AS kind,
        facts.key AS key,
        any(facts.experiment_id) AS experiment,
        argMax(facts.text, (facts.log_offset, facts.item)) AS latest,
        argMin(facts.text, (facts.log_offset, facts.item)) AS first,
        toString(min(toInt64OrZero(facts.text))) AS lowest,
        toString(max(toInt64OrZero(facts.text))) AS highest,
        argMax(facts.removed, (facts.log_offset, facts.item)) AS gone
    FROM {database}.trace_facts AS facts
    LEFT JOIN (SELECT trace_id, max(log_offset) AS deleted_to FROM {database}.trace_facts WHERE kind = 'deleted' GROUP BY trace_id) AS deletions ON deletions.trace_id = facts.trace_id
    WHERE facts.kind IN ('attribute', 'observed', 'tag', 'metadata') AND (deletions.trace_id = '' OR facts.log_offset > deletions.deleted_to)
    GROUP BY facts.trace_id, facts.kind, facts.key
)
GROUP BY trace_id
HAVING countIf((kind = 'attribute' AND key = 'request_time_ms') OR (kind = 'observed' AND key = 'start_ms')) > 0
COMMENT 'Traces as they stand, one row a trace; deleted ones are left out';

CREATE OR REPLACE VIEW {database}.v_spans {on_cluster}
(
    `trace_id` String COMMENT 'Trace that the span is part of',
    `span_id` String COMMENT 'Span id',
    `parent_span_id` String COMMENT 'Span that it is part of, empty for a root',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the trace',
    `name` String COMMENT 'Name that the exporter gave',
    `span_type` LowCardinality(String) COMMENT 'Kind of work for MLflow, empty when nobody said',
    `status` LowCardinality(String) COMMENT 'OK, ERROR or UNSET',
    `status_message` String COMMENT 'Why it failed, empty otherwise',
    `started_at` DateTime64(9, 'UTC') COMMENT 'Start',
    `duration_ms` Nullable(Float64) COMMENT 'Duration, null while it runs',
    `attributes` Map(String, String) COMMENT 'Attributes by name, each as JSON',
    `events` String COMMENT 'Events as a JSON list',
    `links` String COMMENT 'Links to other spans as a JSON list',
    `resource` Map(String, String) COMMENT 'Resource attributes of the exporter, each as JSON'
)
AS SELECT
    spans.trace_id AS trace_id,
    spans.span_id AS span_id,
    spans.parent_span_id AS parent_span_id,
    spans.experiment_id AS experiment_id,
    spans.name AS name,
    spans.span_type AS span_type,
    spans.status AS status,
    spans.status_message AS status_message,
    fromUnixTimestamp64Nano(toInt64(spans.start_ns), 'UTC') AS started_at,
    if(spans.end_ns = 0, NULL, (toFloat64(spans.end_ns) - toFloat64(spans.start_ns)) / 1000000) AS duration_ms,
    spans.attributes AS attributes,
    spans.events AS events,
    spans.links AS links,
    spans.resource AS resource
FROM {database}.spans AS spans
LEFT JOIN (SELECT trace_id, max(log_offset) AS deleted_to FROM {database}.trace_facts WHERE kind = 'deleted' GROUP BY trace_id) AS deletions ON deletions.trace_id = spans.trace_id
WHERE deletions.trace_id = '' OR spans.log_offset > deletions.deleted_to
ORDER BY spans.log_offset DESC, spans.item DESC
LIMIT 1 BY spans.trace_id, spans.span_id
COMMENT 'Spans as they stand, each once; those of deleted traces are left out';

CREATE OR REPLACE VIEW {database}.v_assessments {on_cluster}
(
    `trace_id` String COMMENT 'Trace that is assessed',
    `assessment_id` String COMMENT 'Assessment id',
    `experiment_id` LowCardinality(String) COMMENT 'Experiment of the trace',
    `kind` LowCardinality(String) COMMENT 'feedback, expectation or issue',
    `name` String COMMENT 'What is assessed',
    `value` String COMMENT 'Value as JSON',
    `valid` Bool COMMENT 'False when another assessment overrides it',
    `source_type` LowCardinality(String) COMMENT 'HUMAN, LLM_JUDGE or CODE',
    `source_id` String COMMENT 'Who assessed',
    `rationale` String COMMENT 'Why',
    `span_id` String COMMENT 'Span that is meant, empty for the whole trace',
    `updated_at` DateTime64(3, 'UTC') COMMENT 'When it was last changed'
)
AS SELECT
    trace_id,
    key AS assessment_id,
    any(experiment) AS experiment_id,
    multiIf(JSONHas(any(latest), 'feedback'), 'feedback', JSONHas(any(latest), 'expectation'), 'expectation', 'issue') AS kind,
    JSONExtractString(any(latest), 'assessment_name') AS name,
    multiIf(
        JSONHas(any(latest), 'expectation', 'serialized_value'), JSONExtractString(any(latest), 'expectation', 'serialized_value', 'value'),
        JSONHas(any(latest), 'expectation'), JSONExtractRaw(any(latest), 'expectation', 'value'),
        JSONExtractRaw(any(latest), 'feedback', 'value')) AS value,
    CAST(JSONExtractBool(any(latest), 'valid'), 'Bool') AS valid,
    JSONExtractString(any(latest), 'source', 'source_type') AS source_type,
    JSONExtractString(any(latest), 'source', 'source_id') AS source_id,
    JSONExtractString(any(latest), 'rationale') AS rationale,
    JSONExtractString(any(latest), 'span_id') AS span_id,
    any(written_at) AS updated_at
FROM
(
    SELECT
        facts.trace_id AS trace_id,
        facts.key AS key,
        any(facts.experiment_id) AS experiment,
        argMax(facts.text, (facts.log_offset, facts.item)) AS latest,
        argMax(facts.removed, (facts.log_offset, facts.item)) AS gone,
        argMax(facts.recorded_at, (facts.log_offset, facts.item)) AS written_at
    FROM {database}.trace_facts AS facts
    LEFT JOIN (SELECT trace_id, max(log_offset) AS deleted_to FROM {database}.trace_facts WHERE kind = 'deleted' GROUP BY trace_id) AS deletions ON deletions.trace_id = facts.trace_id
    WHERE facts.kind = 'assessment' AND (deletions.trace_id = '' OR facts.log_offset > deletions.deleted_to)
    GROUP BY facts.trace_id, facts.key
)
WHERE NOT gone
GROUP BY trace_id, key
COMMENT 'Assessments of traces as they stand, one row an assessment';
