import type { ScoredRow } from './requested-prediction.ts';

/** What was decided for a request: who repeats it is answered the same. */
export interface RequestRecord {
  readonly bodyHash: string;
  readonly scored: readonly ScoredRow[];
  /** False until the predictions were acknowledged: whoever finds it so publishes them, with the same content. */
  readonly isPublished: boolean;
}

export interface RequestKey {
  readonly endpoint: string;
  readonly requestId: string;
}

/** The decisions of all instances, kept for a stated time. Outages are transient errors. */
export interface RequestRecords {
  find(key: RequestKey): Promise<RequestRecord | null>;
  /** Keeps the record unless there is one; gives the earlier one, null when this one is the first. */
  keepFirst(key: RequestKey, record: RequestRecord): Promise<RequestRecord | null>;
  markPublished(key: RequestKey, record: RequestRecord): Promise<void>;
}
