import { oneForAll, Turns } from '@millrace/events';
import type { RunEvent } from '@millrace/schemas';
import { LivePartition, type FoldedWrite, type RefusedWrite } from './live-partition.ts';
import type { Settled } from './own-writes.ts';
import type { PlacedEvent, RunHistory, RunKey, RunLog, StoredNow } from '../ports.ts';
import { Rest } from '../rest.ts';
import { factsOf, type RunFact, type Subject } from './run-facts.ts';
import type { RunHead } from './run-head.ts';

/** Between two fetches when nobody waits: own writes are known without them, and each fetch that meets one brings it back. */
const restMs = 50;

export interface LiveRunsOptions {
  /** Heads are forgotten, the least recently used first, when all together take more memory than this. */
  readonly maxBytes: number;
  /** Further behind than this, the log is not read up but skipped, and heads are loaded from history again. */
  readonly maxCatchUp: number;
  /** How long a read waits for the log. */
  readonly readTimeoutMs: number;
}

/** A write that is on its way into the log. */
export interface ExpectedWrite {
  /** To be called once the broker has it. */
  acknowledged(offset: number): void;
  /** To be called when it failed, though it may be in the log. */
  abandon(): void;
  readonly settled: Promise<Settled>;
}

export interface WriteListener {
  /** Each write that took its place in the state, in the order of its partition. */
  folded(write: FoldedWrite & { readonly facts: readonly RunFact[] }): void;
  /** The partition goes on at an offset, and what lies before it was not read here. */
  skipped(partition: number, nextOffset: number): void;
}

export interface RefusalListener {
  refused(write: RefusedWrite): void;
  stranded(write: RefusedWrite): void;
  voided(partition: number, offsets: readonly number[]): void;
}

/**
 * Runs as the log says they are at this moment, on any instance: history from the store, and on top of it what the log
 * holds since. Nothing here is a source of truth; it can be dropped at any time.
 */
export class LiveRuns {
  readonly #log: RunLog;
  readonly #history: RunHistory;
  readonly #options: LiveRunsOptions;
  readonly #partitions: readonly LivePartition[];
  readonly #storedNow: Turns<RunKey, StoredNow>;
  readonly #listeners = new Set<WriteListener>();
  readonly #refusalListeners = new Set<RefusalListener>();
  #bytes = 0;
  readonly #rest = new Rest(restMs);

  constructor(log: RunLog, history: RunHistory, options: LiveRunsOptions) {
    this.#log = log;
    this.#history = history;
    this.#options = options;
    this.#storedNow = new Turns(oneForAll((keys) => history.storedNow(keys)));
    const hooks = {
      folded: (write: FoldedWrite) => this.#tell(write),
      refused: (write: RefusedWrite) => this.#refusalListeners.forEach((one) => one.refused(write)),
      stranded: (write: RefusedWrite) => this.#refusalListeners.forEach((one) => one.stranded(write)),
      voided: (partition: number, offsets: readonly number[]) =>
        this.#refusalListeners.forEach((one) => one.voided(partition, offsets)),
      wanted: () => this.#rest.end(),
      grew: (bytes: number) => this.#grow(bytes),
    };
    this.#partitions = Array.from({ length: log.partitions }, (_, index) => new LivePartition(index, history, hooks));
  }

  get partitions(): number {
    return this.#partitions.length;
  }

  partitionOf(id: string): number {
    return this.#log.partitionOf(id);
  }

  /** Next offset of the partition that is not folded yet. */
  positionOf(partition: number): number {
    return this.#at(partition).position;
  }

  /** What the runs in memory take, about. */
  get heldBytes(): number {
    return this.#bytes;
  }

  get heldRuns(): number {
    return this.#partitions.reduce((sum, { heldRuns }) => sum + heldRuns, 0);
  }

  /** Begins to follow the log: runs that are created from here on are known whole without asking history. */
  async follow(): Promise<void> {
    for (const [index, end] of (await this.#log.endOffsets()).entries()) this.#at(index).skipTo(end);
    this.#log.follow({
      positionOf: (index) => this.#at(index).position,
      take: (index, events: readonly PlacedEvent[], nextOffset) => this.#at(index).take(events, nextOffset),
      untilWanted: () => this.#untilWanted(),
      lost: (index) => this.#lost(index),
    });
  }

  /** The head with every write in it that was acknowledged before the call, or null when nothing was ever created. */
  async get(subject: Subject, id: string): Promise<RunHead | null> {
    const index = this.#log.partitionOf(id);
    await this.#reached(index);
    return this.#at(index).head(subject, id);
  }

  /**
   * The head of what is about to be created, or null. Unlike `get` this waits for nothing to be stored: what history has
   * not yet, the log's tail in memory knows of. Another instance may create it in this moment, which the log decides.
   */
  async getBeforeCreation(subject: Subject, id: string): Promise<RunHead | null> {
    const index = this.#log.partitionOf(id);
    if (this.#at(index).held(subject, id) === undefined) {
      const stored = await this.#storedNow.next({ subject, id });
      const isNew = !stored.has({ subject, id });
      if (isNew && this.#at(index).beginUnknown(subject, id, stored.storedTo[index] ?? 0)) return null;
    }
    return this.get(subject, id);
  }

  /** The head as far as this instance has come, which may lack what others have just written; undefined when it is not held. */
  held(subject: Subject, id: string): RunHead | undefined {
    return this.#at(this.#log.partitionOf(id)).held(subject, id);
  }

  /** Before an event is appended: makes it known, so that the log's decision about it is told. */
  expect(event: RunEvent): ExpectedWrite {
    const partition = this.#at(this.#log.partitionOf(event.id));
    return {
      settled: partition.expect(event),
      acknowledged: (offset) => partition.acknowledged(event, offset),
      abandon: () => partition.abandon(event),
    };
  }

  /** Waits until every write that was acknowledged before the call is folded, and listeners were told of it. */
  async readUp(): Promise<void> {
    const ends = await this.#log.endOffsets();
    await Promise.all(ends.map((end, index) => this.#reachedEnd(index, end)));
  }

  /** Tells of all writes from here on. Returns its removal. */
  onFolded(listener: WriteListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRefused(listener: RefusalListener): void {
    this.#refusalListeners.add(listener);
  }

  /** Waits until history holds every write that was acknowledged before the call. */
  async untilStored(): Promise<void> {
    const ends = await this.#log.endOffsets();
    await this.#history.untilStored(ends.map((nextOffset, partition) => ({ partition, nextOffset })));
  }

  /** The same for the partition of one run. */
  async untilStoredOf(id: string): Promise<void> {
    const partition = this.#log.partitionOf(id);
    await this.#history.untilStored([{ partition, nextOffset: (await this.#log.endOffsets())[partition] ?? 0 }]);
  }

  async #untilWanted(): Promise<void> {
    if (!this.#partitions.some(({ isWanted }) => isWanted)) await this.#rest.take();
  }

  async #reached(index: number): Promise<void> {
    await this.#reachedEnd(index, (await this.#log.endOffsets())[index] ?? 0);
  }

  async #reachedEnd(index: number, end: number): Promise<void> {
    const partition = this.#at(index);
    if (end - partition.position > this.#options.maxCatchUp) this.#skip(index, end);
    await partition.reached(end, this.#options.readTimeoutMs);
  }

  /** The log was cut or made anew: what it holds from here on is all there is. */
  #lost(index: number): void {
    void this.#log.endOffsets().then(
      (ends) => this.#skip(index, ends[index] ?? 0),
      // Asked again at the next fetch, which finds the same.
      () => undefined,
    );
  }

  #skip(index: number, nextOffset: number): void {
    this.#at(index).skipTo(nextOffset);
    for (const listener of this.#listeners) listener.skipped(index, nextOffset);
  }

  #tell(write: FoldedWrite): void {
    if (this.#listeners.size === 0) return;
    const facts = write.facts ?? factsOf(write.event, write);
    for (const listener of this.#listeners) listener.folded({ ...write, facts });
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    while (this.#bytes > this.#options.maxBytes) {
      const fullest = this.#partitions.reduce((a, b) => (b.heldRuns > a.heldRuns ? b : a));
      if (!fullest.forgetOldest()) return;
    }
  }

  #at(index: number): LivePartition {
    const partition = this.#partitions[index];
    if (partition === undefined) throw new Error(`there is no partition ${index}`);
    return partition;
  }
}
