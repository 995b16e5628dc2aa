import { invalidParameter, encodePageToken, readPageToken } from '@millrace/mlflow-protocol';
import type { DatasetEvent } from '@millrace/schemas';
import { crashPoint } from '@millrace/service-kit';
import { readRecords } from './dataset-records.ts';
import type { DatasetWritePosition } from './dataset-rows.ts';
import { datasetNotFound, type EvaluationDatasets } from './evaluation-datasets.ts';
import type { DatasetHistory, DatasetLog, RecordPlace, StoredRecord } from './ports.ts';

/** Who writes, and the client's own id of the request when it gives one. */
export interface Author {
  readonly actor: string;
  readonly requestId?: string;
}

export interface ChangeRecordsOptions {
  readonly now: () => number;
  readonly newId: () => string;
}

/**
 * The records of evaluation datasets. A write is appended to the log; what it did is told by the state just before its
 * place there, so of two that bring the same inputs at once one makes the record and the other changes it.
 */
export class ChangeRecords {
  readonly #datasets: Pick<EvaluationDatasets, 'find'>;
  readonly #log: DatasetLog;
  readonly #history: DatasetHistory;
  readonly #options: ChangeRecordsOptions;

  constructor(
    datasets: Pick<EvaluationDatasets, 'find'>,
    log: DatasetLog,
    history: DatasetHistory,
    options: ChangeRecordsOptions,
  ) {
    this.#datasets = datasets;
    this.#log = log;
    this.#history = history;
    this.#options = options;
  }

  async upsert(
    datasetId: string,
    recordsJson: string,
    author: Author,
  ): Promise<{ readonly inserted: number; readonly updated: number }> {
    const records = readRecords(datasetId, recordsJson);
    const dataset = await this.#datasets.find(datasetId);
    if (dataset === undefined) throw datasetNotFound(datasetId);
    const written = await this.#append({ datasetId, datasetName: dataset.name, type: 'upserted', records }, author);
    const ids = [...new Set(records.map(({ recordId }) => recordId))];
    const standing = await this.#history.standing(datasetId, ids, written.offset);
    const inserted = ids.length - standing.size;
    return { inserted, updated: records.length - inserted };
  }

  /** How many there were to delete. */
  async delete(datasetId: string, recordIds: readonly string[], author: Author): Promise<number> {
    const dataset = await this.#datasets.find(datasetId);
    if (dataset === undefined) return 0;
    const deletedRecordIds = [...new Set(recordIds)];
    const write = { datasetId, datasetName: dataset.name, type: 'deleted', deletedRecordIds };
    const { offset } = await this.#append(write, author);
    return (await this.#history.standing(datasetId, deletedRecordIds, offset)).size;
  }

  /** Says to those who read the log that the dataset is gone. */
  async drop(datasetId: string, datasetName: string, author: Author): Promise<void> {
    await this.#log.append(this.#event({ datasetId, datasetName, type: 'dropped' }, author));
  }

  async page(
    datasetId: string,
    { size, token }: { readonly size: number; readonly token: string | undefined },
  ): Promise<{ readonly records: readonly StoredRecord[]; readonly nextPageToken?: string }> {
    const after = placeOf(datasetId, token);
    if ((await this.#datasets.find(datasetId)) === undefined) return { records: [] };
    const ends = await this.#log.ends(datasetId);
    await this.#history.untilStored(ends);
    const end = ends[0]?.nextOffset ?? 0;
    const { records, hasMore } = await this.#history.records({ datasetId, after, size, end });
    const last = records.at(-1);
    if (!hasMore || last === undefined) return { records };
    return { records, nextPageToken: encodePageToken(datasetId, [last.place.offset, last.place.item]) };
  }

  async #append(write: WriteToDataset, author: Author): Promise<DatasetWritePosition> {
    const position = await this.#log.append(this.#event(write, author));
    crashPoint('tracking.after-dataset-append');
    await this.#history.untilStored([{ partition: position.partition, nextOffset: position.offset + 1 }]);
    return position;
  }

  #event(write: WriteToDataset, { actor, requestId }: Author): DatasetEvent {
    const { now, newId } = this.#options;
    const envelope = { eventId: newId(), atMs: now(), actor, requestId: requestId ?? null };
    return { records: [], deletedRecordIds: [], ...write, ...envelope };
  }
}

type WriteToDataset = Pick<DatasetEvent, 'datasetId' | 'datasetName' | 'type'> &
  Partial<Pick<DatasetEvent, 'records' | 'deletedRecordIds'>>;

function placeOf(datasetId: string, token: string | undefined): RecordPlace | null {
  const place = readPageToken(datasetId, token);
  if (place === undefined) return null;
  const [offset, item] = Array.isArray(place) ? (place as unknown[]) : [];
  if (isCount(offset) && isCount(item)) return { offset, item };
  throw invalidParameter('Invalid page token: it says no place in a list');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
