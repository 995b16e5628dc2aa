import type { DatasetEvent } from '@millrace/schemas';
import type { DatasetWritePosition, RecordField } from './dataset-rows.ts';

/** The log of writes to records of datasets. */
export interface DatasetLog {
  /** Position of the acknowledged write. One that is larger than the log takes is refused. */
  append(event: DatasetEvent): Promise<DatasetWritePosition>;
  /** Where the log ends now: what a read that begins now must have seen. Of one dataset, or of all. */
  ends(datasetId?: string): Promise<readonly LogEnd[]>;
}

export interface LogEnd {
  readonly partition: number;
  readonly nextOffset: number;
}

/** A record as the log says it stands. Contents are JSON. */
export interface StoredRecord {
  readonly recordId: string;
  readonly place: RecordPlace;
  readonly inputs: string;
  /** Null when there are none. */
  readonly outputs: string | null;
  readonly expectations: Readonly<Record<string, string>> | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string | null;
  readonly lastUpdatedBy: string | null;
}

/** Where the write lies that made a record: records are listed in this order. */
export interface RecordPlace {
  readonly offset: number;
  readonly item: number;
}

/** When records of a dataset were last written, and by whom. */
export interface LastWrite {
  readonly atMs: number;
  readonly by: string | null;
}

/** What the records of a dataset are like. */
export interface RecordStatistics {
  readonly count: number;
  /** Whether it ever had one. */
  readonly any: boolean;
  /** In the order in which they were first written, each with its first type. */
  readonly fields: readonly RecordField[];
}

/** The history of datasets' records in the analytical store. */
export interface DatasetHistory {
  /** Waits until everything below the ends is stored. Throws a transient error when it takes too long. */
  untilStored(ends: readonly LogEnd[]): Promise<void>;
  /** Those of the records that stood just before the offset. */
  standing(datasetId: string, recordIds: readonly string[], before: number): Promise<ReadonlySet<string>>;
  /** Records behind the place, as they stand below the end, as many as fit into a page. */
  records(page: RecordPageQuery): Promise<RecordPage>;
  /** Of the datasets whose records were ever written. */
  lastWrites(datasetIds: readonly string[]): Promise<ReadonlyMap<string, LastWrite>>;
  statistics(datasetIds: readonly string[]): Promise<ReadonlyMap<string, RecordStatistics>>;
}

export interface RecordPageQuery {
  readonly datasetId: string;
  readonly after: RecordPlace | null;
  readonly size: number;
  readonly end: number;
}

export interface RecordPage {
  readonly records: readonly StoredRecord[];
  readonly hasMore: boolean;
}
