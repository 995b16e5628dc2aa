-- Evaluation datasets: what every acknowledged write said of their records, one row a record and write.

CREATE TABLE IF NOT EXISTS {database}.dataset_records {on_cluster}
(
    `dataset_id` String COMMENT 'Evaluation dataset that holds the record',
    `record_id` String COMMENT 'Record id, made of the dataset and the inputs',
    `removed` Bool COMMENT 'True when the write took the record away',
    `inputs` String COMMENT 'Inputs as JSON',
    `outputs` String COMMENT 'Outputs as JSON, empty when the write said nothing of them',
    `has_expectations` Bool COMMENT 'True when the write named expectations, be it none of them',
    `expectations` Map(String, String) COMMENT 'Expectations by name, each as JSON',
    `tags` Map(String, String) COMMENT 'Tags by name, each as JSON',
    `source` String COMMENT 'Where it comes from, as JSON, empty when nobody said',
    `said_by` String COMMENT 'User that the tag mlflow.user names, empty when none',
    `log_partition` UInt32 COMMENT 'Partition of tracking.datasets that holds the write',
    `log_offset` UInt64 COMMENT 'Offset of the write: what is below the one of a deletion is gone',
    `item` UInt32 COMMENT 'Place of the record in its write',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took the write',
    `actor` String COMMENT 'Who asked'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (dataset_id, record_id, log_offset, item)
SETTINGS {deduplication}
COMMENT 'Every write of a record of an evaluation dataset. One row an identity (dataset_id, log_offset, item): repeated inserts are dropped by their token, and the key is the net. Read v_dataset_records.';

CREATE TABLE IF NOT EXISTS {database}.dataset_writes {on_cluster}
(
    `dataset_id` String COMMENT 'Evaluation dataset that was written to',
    `dataset_name` String COMMENT 'Name of the dataset',
    `kind` LowCardinality(String) COMMENT 'upserted, deleted (some records) or dropped (the dataset as a whole)',
    `fields` Array(Tuple(section String, name String, type String)) COMMENT 'Fields that the records of the write have, each with the type of its first value; section output is an output that has no fields',
    `said_by` String COMMENT 'User that the last tag mlflow.user in the write names, empty when none',
    `log_partition` UInt32 COMMENT 'Partition of tracking.datasets that holds the write',
    `log_offset` UInt64 COMMENT 'Offset of the write',
    `recorded_at` DateTime64(3, 'UTC') COMMENT 'When the service took the write',
    `actor` String COMMENT 'Who asked'
)
ENGINE = {ReplacingMergeTree}
ORDER BY (dataset_id, log_offset)
SETTINGS {deduplication}
COMMENT 'Every write to an evaluation dataset as a whole. One row an identity (dataset_id, log_offset).';

CREATE OR REPLACE VIEW {database}.v_dataset_records {on_cluster}
(
    `dataset_id` String COMMENT 'Evaluation dataset that holds the record',
    `dataset_name` String COMMENT 'Name of the dataset',
    `record_id` String COMMENT 'Record id',
    `inputs` String COMMENT 'Inputs as JSON',
    `outputs` String COMMENT 'Outputs as JSON, null when there are none',
    `expectations` Map(String, String) COMMENT 'Expectations by name, each as JSON',
    `tags` Map(String, String) COMMENT 'Tags by name, each as JSON',
    `source_type` String COMMENT 'TRACE, HUMAN, DOCUMENT, CODE or UNSPECIFIED; empty when nobody said',
    `trace_id` String COMMENT 'Trace that the record was made of, empty when of none',
    `created_at` DateTime64(3, 'UTC') COMMENT 'When the record was made',
    `updated_at` DateTime64(3, 'UTC') COMMENT 'When it was last written to'
)
AS SELECT
    writes.dataset_id AS dataset_id,
    any(datasets.name) AS dataset_name,
    writes.record_id AS record_id,
    argMin(writes.inputs, (writes.log_offset, writes.item)) AS inputs,
    argMaxIf(writes.outputs, (writes.log_offset, writes.item), writes.outputs != '') AS outputs,
    arrayFold((held, said) -> mapUpdate(held, said.2), arraySort(groupArray(((writes.log_offset, writes.item), writes.expectations))), CAST(map(), 'Map(String, String)')) AS expectations,
    arrayFold((held, said) -> mapUpdate(held, said.2), arraySort(groupArray(((writes.log_offset, writes.item), writes.tags))), CAST(map(), 'Map(String, String)')) AS tags,
    JSONExtractString(argMin(writes.source, (writes.log_offset, writes.item)), 'source_type') AS source_type,
    JSONExtractString(argMin(writes.source, (writes.log_offset, writes.item)), 'source_data', 'trace_id') AS trace_id,
    min(writes.recorded_at) AS created_at,
    max(writes.recorded_at) AS updated_at
FROM {database}.dataset_records AS writes
INNER JOIN (SELECT dataset_id, any(dataset_name) AS name FROM {database}.dataset_writes GROUP BY dataset_id HAVING countIf(kind = 'dropped') = 0) AS datasets ON datasets.dataset_id = writes.dataset_id
LEFT JOIN (SELECT dataset_id, record_id, max(log_offset) AS deleted_to FROM {database}.dataset_records WHERE removed GROUP BY dataset_id, record_id) AS deletions
    ON deletions.dataset_id = writes.dataset_id AND deletions.record_id = writes.record_id
WHERE NOT writes.removed AND (deletions.record_id = '' OR writes.log_offset > deletions.deleted_to)
GROUP BY writes.dataset_id, writes.record_id
COMMENT 'Records of evaluation datasets as they stand, one row a record; deleted ones and those of deleted datasets are left out';
