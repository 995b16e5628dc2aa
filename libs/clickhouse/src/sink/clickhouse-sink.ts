import { TransientError } from '@millrace/events';
import type {
  AssignedPartition,
  HandleResult,
  PartitionBatch,
  PartitionHandler,
  PartitionId,
  StartPosition,
} from '@millrace/events';
import { SinkPartition } from './sink-partition.ts';
import type { FlushedRange, FlushStage, RowInserter } from './sink-partition.ts';
import type { MapBatch, OpenMap } from './sink-rows.ts';

export interface ClickHouseSinkOptions {
  readonly inserter: RowInserter;
  /** The consumer group: part of the deduplication tokens. */
  readonly group: string;
  readonly map: MapBatch | { readonly open: OpenMap };
  /** A partition is flushed when it holds this many rows or bytes. Default 20,000 and 8 MiB. */
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** All partitions together may hold this much. Default 128 MiB. */
  readonly maxTotalBytes?: number;
  /** How long a row waits at most while few partitions hold rows. Default 1000. */
  readonly maxWaitMs?: number;
  /** With many partitions each waits longer, so that ClickHouse sees no more than this many inserts a second. Default 3. */
  readonly maxInsertsPerSecond?: number;
  readonly hooks?: SinkHooks;
  readonly nowMs?: () => number;
}

/** For metrics; called synchronously, must not throw. */
export interface SinkHooks {
  /** For crash points. */
  onStage?(stage: FlushStage): void;
  onFlush?(flushed: FlushedRange & { readonly durationMs: number }): void;
  /** Records that were stored before. */
  onRepeated?(place: PartitionId & { readonly records: number }): void;
}

/** Resolves when everything below `nextOffset` of a partition that this sink owns is in ClickHouse. */
interface Waiter {
  readonly nextOffset: number;
  resolve(): void;
}

/**
 * Writes a consumer group's records into ClickHouse, each identity once. A `PartitionHandler`: its consumer gives it
 * batches, commits and idle ticks. Any failure of an insert blocks the partition and is tried again with the same bytes;
 * a refusal by ClickHouse (a missing table, a full disk) is an operator's matter and never moves records into dead letters.
 */
export class ClickHouseSink implements PartitionHandler {
  readonly #options: Required<Omit<ClickHouseSinkOptions, 'hooks'>>;
  readonly #hooks: SinkHooks;
  readonly #partitions = new Map<string, SinkPartition>();
  readonly #waiters = new Map<string, Set<Waiter>>();

  constructor({ hooks, ...options }: ClickHouseSinkOptions) {
    this.#options = {
      maxRows: 20_000,
      maxBytes: 8 << 20,
      maxTotalBytes: 128 << 20,
      maxWaitMs: 1_000,
      maxInsertsPerSecond: 3,
      nowMs: Date.now,
      ...options,
    };
    this.#hooks = hooks ?? {};
  }

  async assigned(assigned: AssignedPartition): Promise<StartPosition | void> {
    const { group, map } = this.#options;
    const partition = new SinkPartition(assigned, group, typeof map === 'function' ? map : await map.open(assigned));
    this.#partitions.set(keyOf(assigned), partition);
    return partition.cutAt === null ? {} : { cutAt: partition.cutAt };
  }

  async handle(batch: PartitionBatch): Promise<HandleResult> {
    const partition = this.#of(batch);
    // Before adding, so that a batch is either wholly in the buffer or, when this fails, not at all.
    if (partition.mustFlush || (partition.canFlush && this.#isFull(partition))) await this.#flush(partition);
    const { poison, repeated } = await partition.add(batch, this.#options.nowMs());
    if (repeated > 0) this.#hooks.onRepeated?.({ ...placeOf(batch), records: repeated });
    if (this.#isFull(partition) || partition.mustFlush || this.#isAwaited(batch, partition)) partition.requestIdle();
    return this.#settled(batch, partition.result(poison));
  }

  async idle(place: PartitionId): Promise<HandleResult> {
    const partition = this.#of(place);
    if (partition.mustFlush || (partition.canFlush && this.#isDue(place, partition))) await this.#flush(partition);
    return this.#settled(place, partition.result());
  }

  revoked(place: PartitionId): Promise<void> {
    this.#partitions.delete(keyOf(place));
    return Promise.resolve();
  }

  /** Next offset that is not applied yet, or null for a partition that this instance does not own. */
  appliedTo(place: PartitionId): number | null {
    return this.#partitions.get(keyOf(place))?.appliedTo ?? null;
  }

  /** Resolves when the record at `offset` is applied by this instance; asks for a flush as soon as it is read. */
  whenApplied(place: PartitionId, offset: number, signal: AbortSignal): Promise<void> {
    const partition = this.#partitions.get(keyOf(place));
    if (partition !== undefined && partition.appliedTo > offset) return Promise.resolve();
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(keyOf(place)) ?? new Set();
      this.#waiters.set(keyOf(place), waiters);
      const waiter = { nextOffset: offset + 1, resolve };
      waiters.add(waiter);
      signal.addEventListener('abort', () => waiters.delete(waiter), { once: true });
      if (partition !== undefined && partition.bufferedTo > offset) partition.requestIdle();
    });
  }

  async #flush(partition: SinkPartition): Promise<void> {
    const startMs = this.#options.nowMs();
    try {
      const flushed = await partition.flush(this.#options.inserter, (stage) => this.#hooks.onStage?.(stage));
      this.#hooks.onFlush?.({ ...flushed, durationMs: this.#options.nowMs() - startMs });
    } catch (error) {
      if (error instanceof TransientError) throw error;
      throw new TransientError('clickhouse', error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** Tells the readers that wait for what is applied now. */
  #settled(place: PartitionId, result: HandleResult): HandleResult {
    const waiters = this.#waiters.get(keyOf(place));
    if (waiters !== undefined && waiters.size > 0) {
      const appliedTo = this.appliedTo(place) ?? 0;
      for (const waiter of waiters) {
        if (waiter.nextOffset > appliedTo) continue;
        waiters.delete(waiter);
        waiter.resolve();
      }
    }
    return result;
  }

  #isFull(partition: SinkPartition): boolean {
    const { maxRows, maxBytes, maxTotalBytes } = this.#options;
    return partition.rows >= maxRows || partition.bytes >= maxBytes || this.#heldBytes() >= maxTotalBytes;
  }

  #isDue(place: PartitionId, partition: SinkPartition): boolean {
    if (this.#isFull(partition) || this.#isAwaited(place, partition)) return true;
    const heldMs = this.#options.nowMs() - (partition.heldSinceMs ?? Number.POSITIVE_INFINITY);
    return heldMs >= this.#waitMs();
  }

  /** Inserts are per partition, which keeps a range exact whoever owns the others later; so many partitions wait longer. */
  #waitMs(): number {
    const { maxWaitMs, maxInsertsPerSecond } = this.#options;
    let holding = 0;
    for (const { rows } of this.#partitions.values()) if (rows > 0) holding += 1;
    return Math.max(maxWaitMs, (holding / maxInsertsPerSecond) * 1000);
  }

  #isAwaited(place: PartitionId, partition: SinkPartition): boolean {
    for (const { nextOffset } of this.#waiters.get(keyOf(place)) ?? []) {
      if (nextOffset <= partition.bufferedTo) return true;
    }
    return false;
  }

  #heldBytes(): number {
    let bytes = 0;
    for (const partition of this.#partitions.values()) bytes += partition.bytes;
    return bytes;
  }

  #of(place: PartitionId): SinkPartition {
    const partition = this.#partitions.get(keyOf(place));
    if (partition === undefined) throw new Error(`${keyOf(place)} is not assigned to this sink`);
    return partition;
  }
}

function keyOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}

function placeOf({ topic, partition }: PartitionId): PartitionId {
  return { topic, partition };
}
