import type { Fence } from './fence.ts';
import type { SourceRecord } from './source-record.ts';
import type { Watermarks } from './watermarks.ts';

/** A word of the handler's own that is committed with the offset; undefined until it first says one. */
export interface BatchNote {
  text: string | undefined;
}

/** Consecutive records of one partition, in log order, without those below the fence. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly records: readonly SourceRecord[];
  /** Position after the batch: one more than the offset of its last record, or more where the log has holes. */
  readonly nextOffset: number;
  /** Next offset of the log when the batch was fetched. */
  readonly highWatermark: number;
  /**
   * A copy made for this call of what the last successful call left: `accept` on it freely. It is kept, and committed
   * with the offset, only when `handle` succeeds, so a retry never takes its own first try for a duplicate.
   */
  readonly watermarks: Watermarks;
  /** As the last successful call left it, to be changed freely: kept and committed as the watermarks are. */
  readonly note: BatchNote;
  /** Aborted when the partition is about to be taken away: a handler that waits for something stops waiting, with TransientError. */
  readonly draining: AbortSignal;
  /** Aborted when the partition is being taken away and the drain has run out of time: effects will not be committed. */
  readonly signal: AbortSignal;
}

/** A record that can never be handled: it goes to the dead letters, its neighbours go on. */
export interface Poison {
  readonly record: SourceRecord;
  /** A stable code, for example `no-entity`: a metric label and what an operator filters by. */
  readonly reason: string;
  readonly message: string;
}

export interface HandleResult {
  readonly poison?: readonly Poison[];
  /** Watermarks as of the durable position; without it those accepted on `batch.watermarks` count. */
  readonly watermarks?: Watermarks;
  /** True while effects are buffered and not durable: nothing new is committed. */
  readonly hold?: boolean;
  /** Everything below this offset is durable although later records are held. */
  readonly durableUpTo?: number;
}

export interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

export interface IdlePartition extends PartitionId {
  readonly generation: number;
  /** Nothing waits to be handled, and the last fetch came to the end of the log, control records included. */
  readonly caughtUp: boolean;
}

export interface AssignedPartition extends PartitionId {
  readonly generation: number;
  /** What the group committed last in this generation, null for a newcomer. */
  readonly committed: Fence | null;
  /** First offset still held and next offset of the log at assignment. */
  readonly beginOffset: number;
  readonly endOffset: number;
  /**
   * Commits, without moving the offset, that records up to (not including) `intent` are about to take effect, and
   * resolves when the broker has it. After a crash `committed.intent` holds it; any later commit clears it. Fails with
   * TransientError, also after the partition was taken away.
   */
  commitIntent(intent: number): Promise<void>;
  /** Asks for an `idle` call as soon as no `handle` runs: a reader waits for a flush. */
  requestIdle(): void;
}

export interface StartPosition {
  /** Where to read from when it is not the committed offset: a fence of the handler's own store. */
  readonly startAt?: number;
  /** Partition count of the topic at that fence: it may have been written when the group had not committed yet. */
  readonly partitions?: number;
  /** Watermarks of that fence: those of the commit are ahead of an earlier start and would drop what must be repeated. */
  readonly watermarks?: Watermarks;
  /** A batch ends exactly before this offset, so that an intended range can be finished as it was cut. */
  readonly cutAt?: number;
}

/**
 * What a service does with its partitions. Calls for one partition never overlap; partitions run concurrently. A
 * TransientError blocks the partition and the same batch comes again; any other exception is our fault: after three
 * tries the batch is bisected and the one record dead-lettered.
 */
export interface PartitionHandler {
  assigned?(partition: AssignedPartition): Promise<StartPosition | void>;
  handle(batch: PartitionBatch): Promise<HandleResult | void>;
  /**
   * Called between batches every `idleIntervalMs` and on `requestIdle`: flush what is held. A result without `hold` says
   * that everything handled so far is durable; no result says nothing.
   */
  idle?(partition: IdlePartition): Promise<HandleResult | void>;
  /** The partition is taken away or the consumer stops. Held effects that are not durable will come again. */
  revoked?(partition: PartitionId): Promise<void>;
}
