import type { EventsError } from '../errors.ts';
import type { PartitionHandler, PartitionId } from './partition-handler.ts';

export interface BatchConsumerOptions {
  /** Group name without the configured prefix. */
  readonly group: string;
  /** Topics by their names on the broker: `bus.topics.name(t)` for ours, as they are for a user's. */
  readonly topics: readonly string[];
  readonly handler: PartitionHandler;
  /** Largest batch handed to `handle`. Default 500. */
  readonly maxBatchRecords?: number;
  /** A partition stops fetching above either bound and goes on below half of it. Default 10000 and 4 MiB. */
  readonly maxQueuedRecords?: number;
  readonly maxQueuedBytes?: number;
  /** Offsets are committed at most this often, and on revoke and stop. Default 200. */
  readonly commitIntervalMs?: number;
  /** How often `idle` is called. Default 200. */
  readonly idleIntervalMs?: number;
  /** How long work in flight may go on when partitions move or the consumer stops. Default 8000. */
  readonly drainMs?: number;
  /** The broker holds a fetch until it has this much. Default 1. More costs delay and saves most of the fetches. */
  readonly minBytes?: number;
  /** How long the broker holds a fetch that finds less. Default 200. */
  readonly maxWaitMs?: number;
  readonly maxBytesPerPartition?: number;
  /** The generation an operator wants of a topic; without it the highest that the group has committed. */
  readonly generationOf?: (topic: string) => number;
  /** Group under whose name dead letters are kept, where several groups handle the same records. Default the own one. */
  readonly deadLetterGroup?: string;
  /** Each that is absent is the bus's configuration's. */
  readonly deadLetterLimits?: DeadLetterLimits;
  readonly hooks?: ConsumerHooks;
}

/** Above either limit a topic stops instead of moving into its dead letters, until it is accepted or the consumer restarts. */
export interface DeadLetterLimits {
  /** Records that our own code failed on. Default 50 in 60 s. */
  readonly handlerFaults?: { readonly max: number; readonly windowMs: number };
  /** Part of all records, bad input included, over the last `records`. Default 0.5 of 2000. */
  readonly share?: { readonly share: number; readonly records: number };
  /** Reasons that say something of the data and nothing of our code: a file published again is late as a whole. */
  readonly expected?: readonly string[];
}

/** For metrics and alerts; called synchronously, must not throw. */
export interface ConsumerHooks {
  onBatch?(batch: PartitionId & { readonly records: number; readonly durationMs: number; readonly lag: number }): void;
  onDeadLetter?(letter: PartitionId & { readonly offset: number; readonly reason: string }): void;
  /** Offsets `from` up to (not including) `to` are not in the log: compaction, or records lost. */
  onGap?(gap: PartitionId & { readonly from: number; readonly to: number }): void;
  onBlocked?(block: PartitionId & { readonly error: Error; readonly attempt: number }): void;
  /** A person must look: a handler fault was dead-lettered, or a source stopped. */
  onAlert?(alert: ConsumerAlert): void;
}

export type ConsumerAlert =
  | (PartitionId & { readonly kind: 'handler-fault'; readonly offset: number; readonly error: Error })
  | { readonly kind: 'source-stopped'; readonly topic: string; readonly error: EventsError };

export interface ConsumerStatus {
  readonly group: string;
  readonly state: 'starting' | 'running' | 'rebalancing' | 'stopped';
  /** When the fetch loop last turned. Old: the consumer is dead although the process lives. */
  readonly lastTickMs: number;
  /** First source that stopped, if any: the consumer is not healthy. */
  readonly stoppedBy?: StoppedSource;
  readonly stopped: readonly StoppedSource[];
  readonly partitions: readonly PartitionStatus[];
  /** Partitions of this member that are not read yet: their handler waits for a store, or an earlier call has not ended. */
  readonly pending: readonly PartitionId[];
  /** Records not yet handled, over the partitions held. */
  readonly lag: number;
}

export interface StoppedSource {
  readonly topic: string;
  readonly code: string;
  readonly message: string;
}

export interface PartitionStatus extends PartitionId {
  readonly generation: number;
  /** Next record to handle. */
  readonly position: number;
  /** Next record that is not durable. */
  readonly durable: number;
  readonly committed: number;
  readonly highWatermark: number;
  readonly lag: number;
  readonly queuedRecords: number;
  readonly blockedBy?: string;
}
