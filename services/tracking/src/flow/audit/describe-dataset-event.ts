import type { AuditChange } from '@millrace/clickhouse';
import type { DatasetEvent } from '@millrace/schemas';

const commands: Readonly<Record<string, string>> = {
  upserted: 'upsert-dataset-records',
  deleted: 'delete-dataset-records',
  dropped: 'drop-dataset-records',
};

/** A write to the records of a dataset. Their ids are told: what they hold lies in `dataset_writes` under the same position. */
export function describeDatasetEvent(event: DatasetEvent): AuditChange {
  const { datasetId, type, actor, atMs, requestId, records, deletedRecordIds } = event;
  const recordIds = [...records.map(({ recordId }) => recordId), ...deletedRecordIds];
  return {
    atMs,
    actor,
    requestId: requestId ?? '',
    command: commands[type] ?? `${type}-dataset-records`,
    subjectKind: 'dataset',
    subjectId: datasetId,
    outcome: 'accepted',
    refusal: '',
    request: '',
    before: '',
    after: type === 'dropped' ? 'null' : JSON.stringify({ recordIds }),
  };
}
