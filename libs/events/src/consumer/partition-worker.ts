import { TransientError } from '../errors.ts';
import { HANDLER_FAULT } from '../dead-letters/dead-letter-guard.ts';
import { backOffMs, waitUnlessAborted } from './back-off.ts';
import type { ConsumerHooks, PartitionStatus } from './consumer-options.ts';
import type { Fence } from './fence.ts';
import { GivenUp, StartOverError, StopSourceError } from './flow-errors.ts';
import { asError, handleCarefully } from './handle-carefully.ts';
import type { CarefulHandling } from './handle-carefully.ts';
import type { BatchNote, HandleResult, PartitionHandler, PartitionId, Poison } from './partition-handler.ts';
import { PartitionProgress } from './partition-progress.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { FetchedChunk, Slice } from './partition-queue.ts';
import type { Watermarks } from './watermarks.ts';

export interface WorkerSetting {
  readonly place: PartitionId;
  readonly generation: number;
  readonly start: Fence;
  readonly cutAt: number | undefined;
  readonly endOffset: number;
  readonly handler: PartitionHandler;
  readonly hooks: ConsumerHooks;
  readonly maxBatchRecords: number;
  readonly maxQueuedRecords: number;
  readonly maxQueuedBytes: number;
  readonly owner: WorkerOwner;
}

/** What the worker needs of its consumer. */
export interface WorkerOwner {
  /** Counts records and writes the dead letters among them; throws to stop the source instead. */
  bury(slice: {
    readonly topic: string;
    readonly records: number;
    readonly poison: readonly Poison[];
    readonly generation: number;
  }): Promise<void>;
  /** The log does not hold these offsets. */
  gap(place: PartitionId, gap: { readonly from: number; readonly to: number }): void;
  /** Something new may be committed. */
  progressed(worker: PartitionWorker): void;
  /** The queue has grown above its bound, or shrunk below half of it. */
  setFetching(worker: PartitionWorker, fetching: boolean): void;
  /** The batch in hand will be tried again. */
  blocked(worker: PartitionWorker, error: Error, attempt: number): void;
  /** The worker cannot go on: start over, or stop the source. */
  failed(worker: PartitionWorker, error: Error): void;
}

/** Handles the records of one partition under one assignment, one call at a time. */
export class PartitionWorker {
  readonly place: PartitionId;
  readonly generation: number;
  readonly progress: PartitionProgress;
  /** False from the moment on when its progress must not be committed any more. */
  live = true;
  readonly #setting: WorkerSetting;
  readonly #queue: PartitionQueue;
  readonly #halt = new AbortController();
  readonly #lost = new AbortController();
  readonly #handling: CarefulHandling;
  #watermarks: Watermarks;
  #note: BatchNote;
  #admitted: Slice | null = null;
  #running: Promise<void> | null = null;
  #fetching = true;
  #idleWanted = false;
  #highWatermark: number;
  #blockedBy: string | undefined;

  constructor(setting: WorkerSetting) {
    this.place = setting.place;
    this.generation = setting.generation;
    this.#setting = setting;
    this.progress = new PartitionProgress(setting.start);
    this.#queue = new PartitionQueue(setting.place, setting.start.nextOffset);
    this.#watermarks = this.progress.forkWatermarks();
    this.#note = { text: this.progress.note };
    this.#highWatermark = setting.endOffset;
    this.#handling = {
      call: (slice) => this.#call(slice),
      done: (slice, result) => this.#done(slice, result),
      backOff: (attempt, error) => this.#backOff(attempt, error),
      unblocked: () => (this.#blockedBy = undefined),
      fault: (slice, error) => this.#fault(slice, error),
    };
  }

  enqueue(chunk: FetchedChunk): void {
    if (this.#halt.signal.aborted) return;
    this.#highWatermark = chunk.highWatermark;
    const gap = this.#queue.push(chunk);
    if (gap !== null) this.#setting.owner.gap(this.place, gap);
    const { maxQueuedRecords, maxQueuedBytes } = this.#setting;
    if (this.#queue.records > maxQueuedRecords || this.#queue.bytes > maxQueuedBytes) this.#setFetching(false);
    this.#kick();
  }

  passOver(lastOffset: number): void {
    this.#queue.passOver(lastOffset);
  }

  requestIdle(): void {
    if (this.#setting.handler.idle === undefined || this.#halt.signal.aborted) return;
    this.#idleWanted = true;
    this.#kick();
  }

  /** Takes no new batch. Resolves when the one in hand is through. */
  halt(): Promise<void> {
    this.#halt.abort();
    this.#queue.clear();
    return this.#running ?? Promise.resolve();
  }

  /** No call of the handler is under way. */
  get atRest(): boolean {
    return this.#running === null;
  }

  /** Tells the handler that what it is doing will not count. */
  abandon(): void {
    this.live = false;
    this.#lost.abort();
  }

  get status(): PartitionStatus {
    const { position, durable, committed } = this.progress;
    return {
      ...this.place,
      generation: this.generation,
      position,
      durable,
      committed,
      highWatermark: this.#highWatermark,
      lag: Math.max(0, this.#highWatermark - position),
      queuedRecords: this.#queue.records,
      ...(this.#blockedBy === undefined ? {} : { blockedBy: this.#blockedBy }),
    };
  }

  #kick(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      // What came between the loop's last look and now.
      if ((this.#queue.records > 0 || this.#idleWanted) && !this.#halt.signal.aborted) this.#kick();
    });
  }

  async #run(): Promise<void> {
    try {
      // Not within the fetch loop's own turn.
      await Promise.resolve();
      while (!this.#halt.signal.aborted) {
        if (this.#idleWanted) {
          this.#idleWanted = false;
          await this.#idle();
          continue;
        }
        const slice = this.#queue.take(this.#setting.maxBatchRecords, this.#setting.cutAt);
        if (slice === null) break;
        if (!this.#fetching && this.#belowHalf()) this.#setFetching(true);
        await handleCarefully(slice, this.#handling);
      }
    } catch (error) {
      if (error instanceof GivenUp) return;
      this.#halt.abort();
      this.#setting.owner.failed(this, asError(error));
    }
  }

  async #call(slice: Slice): Promise<HandleResult> {
    const { handler, hooks } = this.#setting;
    const startedMs = performance.now();
    this.#watermarks = this.progress.forkWatermarks();
    this.#note = { text: this.progress.note };
    const result = await handler.handle({
      ...this.place,
      generation: this.generation,
      records: slice.records,
      nextOffset: slice.nextOffset,
      highWatermark: slice.highWatermark,
      watermarks: this.#watermarks,
      note: this.#note,
      draining: this.#halt.signal,
      signal: this.#lost.signal,
    });
    hooks.onBatch?.({
      ...this.place,
      records: slice.records.length,
      durationMs: performance.now() - startedMs,
      lag: Math.max(0, this.#highWatermark - slice.nextOffset),
    });
    return result ?? {};
  }

  async #done(slice: Slice, result: HandleResult): Promise<void> {
    // Dead letters that could not be written come here again: they were counted.
    const records = this.#admitted === slice ? 0 : slice.records.length;
    this.#admitted = slice;
    await this.#setting.owner.bury({ ...this.#origin, records, poison: result.poison ?? [] });
    this.progress.handled({
      nextOffset: slice.nextOffset,
      lastRecord: slice.records.at(-1) ?? null,
      watermarks: this.#watermarks,
      note: this.#note.text,
      result,
    });
    this.#setting.owner.progressed(this);
  }

  get #origin(): { readonly topic: string; readonly generation: number } {
    return { topic: this.place.topic, generation: this.generation };
  }

  async #idle(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const caughtUp = this.#queue.records === 0 && this.#queue.expected >= this.#highWatermark;
        const result = await this.#setting.handler.idle?.({ ...this.place, generation: this.generation, caughtUp });
        if (attempt > 1) this.#blockedBy = undefined;
        if (!result) return;
        await this.#setting.owner.bury({ ...this.#origin, records: 0, poison: result.poison ?? [] });
        const { position } = this.progress;
        const watermarks = this.progress.forkWatermarks();
        this.progress.handled({ nextOffset: position, lastRecord: null, watermarks, note: this.progress.note, result });
        this.#setting.owner.progressed(this);
        return;
      } catch (error) {
        if (error instanceof StartOverError || error instanceof StopSourceError) throw error;
        await this.#backOff(attempt, asError(error));
      }
    }
  }

  async #backOff(attempt: number, error: Error): Promise<void> {
    if (error instanceof TransientError) this.#blockedBy = error.message;
    this.#setting.owner.blocked(this, error, attempt);
    const waited = await waitUnlessAborted(backOffMs(attempt, Math.random()), this.#halt.signal);
    if (!waited) throw new GivenUp(error.message, { cause: error });
  }

  #fault(slice: Slice, error: Error): HandleResult {
    const [record] = slice.records;
    if (record === undefined) return {};
    // What the failed call accepted does not count.
    this.#watermarks = this.progress.forkWatermarks();
    this.#note = { text: this.progress.note };
    return { poison: [{ record, reason: HANDLER_FAULT, message: `${error.name}: ${error.message}` }] };
  }

  #belowHalf(): boolean {
    const { maxQueuedRecords, maxQueuedBytes } = this.#setting;
    return this.#queue.records * 2 < maxQueuedRecords && this.#queue.bytes * 2 < maxQueuedBytes;
  }

  #setFetching(fetching: boolean): void {
    if (this.#fetching === fetching) return;
    this.#fetching = fetching;
    this.#setting.owner.setFetching(this, fetching);
  }
}
