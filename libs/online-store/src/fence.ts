import type { LogPartition } from './log-partition.ts';

/** Who owns a log partition: compared as a whole, made by `claim`. */
export type Epoch = string & { readonly brand: 'Epoch' };

/** How far the states of a log partition have been applied, stored with them in one atomic step. */
export interface StateFence {
  /** First offset that is not applied yet. */
  readonly nextOffset: number;
  /** Hash of the last applied record: tells a recreated topic. */
  readonly lastHash: string;
  /** Partition count of the topic when it was applied. */
  readonly partitions: number;
  /** Whatever else must be saved atomically with the states (watermarks, positions from which views take effect). */
  readonly extra: Buffer;
}

export type ClaimResult =
  | { readonly result: 'claimed'; readonly epoch: Epoch; readonly fence: StateFence | null }
  /** Progress is recorded elsewhere but Redis has no fence: its data is gone and has to be rebuilt from the log. */
  | { readonly result: 'lost' };

export interface StateBatch {
  readonly log: LogPartition;
  readonly epoch: Epoch;
  /** `nextOffset` of the fence before the batch. */
  readonly from: number;
  /** `nextOffset` of the fence after the batch. */
  readonly to: number;
  readonly fenceMeta: { readonly lastHash: string; readonly partitions: number; readonly extra?: Buffer };
  /** New values by state key; null deletes. */
  readonly writes: ReadonlyMap<string, Buffer | null>;
}

/**
 * - `applied`: the states are written and the fence moved.
 * - `already`: an earlier sending of this batch was applied; nothing was done.
 * - `behind`: Redis came back with less than it acknowledged. Drop the cache, claim again, seek to the fence and replay.
 * - `foreign-epoch`: another owner claimed the partition. Stop.
 */
export type CommitResult = 'applied' | 'already' | 'behind' | 'foreign-epoch';

export const COMMIT_RESULTS = [
  'applied',
  'already',
  'behind',
  'foreign-epoch',
] as const satisfies readonly CommitResult[];

/** Where the owner of a partition stands: under which claim, and the first offset that is not in its states. */
export interface OwnedPosition {
  readonly epoch: Epoch;
  readonly next: number;
}

/** `behind` and `foreign-epoch` are those of a commit: the states that Redis has now are not the owner's. */
export type OwnedLoad =
  | { readonly result: 'loaded'; readonly values: readonly (Buffer | null)[] }
  | { readonly result: Extract<CommitResult, 'behind' | 'foreign-epoch'> };

export interface StateRequest {
  readonly log: LogPartition;
  readonly key: string;
}

export interface ReadState {
  /** Null where there is no state. */
  readonly value: Buffer | null;
  /** First offset of the state's log that is not applied yet; null where the log has no fence: then Redis knows nothing of it. */
  readonly nextOffset: number | null;
}
