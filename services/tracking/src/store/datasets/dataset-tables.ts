import { table } from '@millrace/clickhouse';
import type { RecordRow, WriteRow } from '../../flow/datasets/dataset-rows.ts';

export const datasetRecordsTable = table<RecordRow>('dataset_records', {
  dataset_id: { type: 'String', of: (row) => row.datasetId },
  record_id: { type: 'String', of: (row) => row.recordId },
  removed: { type: 'Bool', of: (row) => row.removed },
  inputs: { type: 'String', of: (row) => row.inputs },
  outputs: { type: 'String', of: (row) => row.outputs },
  has_expectations: { type: 'Bool', of: (row) => row.hasExpectations },
  expectations: { type: 'Map(String, String)', of: (row) => row.expectations },
  tags: { type: 'Map(String, String)', of: (row) => row.tags },
  source: { type: 'String', of: (row) => row.source },
  said_by: { type: 'String', of: (row) => row.saidBy },
  log_partition: { type: 'UInt32', of: (row) => row.partition },
  log_offset: { type: 'UInt64', of: (row) => row.offset },
  item: { type: 'UInt32', of: (row) => row.item },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (row) => row.recordedAtMs },
  actor: { type: 'String', of: (row) => row.actor },
});

export const datasetWritesTable = table<WriteRow>('dataset_writes', {
  dataset_id: { type: 'String', of: (row) => row.datasetId },
  dataset_name: { type: 'String', of: (row) => row.datasetName },
  kind: { type: 'LowCardinality(String)', of: (row) => row.kind },
  fields: { type: 'Array(Tuple(section String, name String, type String))', of: (row) => row.fields },
  said_by: { type: 'String', of: (row) => row.saidBy },
  log_partition: { type: 'UInt32', of: (row) => row.partition },
  log_offset: { type: 'UInt64', of: (row) => row.offset },
  recorded_at: { type: "DateTime64(3, 'UTC')", of: (row) => row.recordedAtMs },
  actor: { type: 'String', of: (row) => row.actor },
});
