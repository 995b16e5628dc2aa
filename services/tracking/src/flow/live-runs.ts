import { factsOf, type Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import type { PlacedEvent, RunHistory, RunLog } from './ports.ts';

export interface LiveRunsOptions {
  /** Heads are forgotten, the least recently used first, when all together hold more facts than this. */
  readonly maxFacts: number;
  /** Further behind than this, the log is not read up but skipped, and heads are loaded from history again. */
  readonly maxCatchUp: number;
}

interface Partition {
  /** Next offset to fold; null until the first read. */
  position: number | null;
  catchingUp: Promise<number> | undefined;
  queued: Promise<number> | undefined;
  /** Heads that are known whole, the least recently used first. */
  readonly heads: Map<string, RunHead>;
  /** Heads whose history is being read: events go into them meanwhile. */
  readonly loading: Map<string, { readonly head: RunHead; readonly whole: Promise<RunHead> }>;
}

interface Wanted {
  readonly subject: Subject;
  readonly id: string;
  readonly index: number;
  /** Everything below it must be in the head. */
  readonly nextOffset: number;
}

/**
 * Runs as the log says they are at this moment, on any instance: history from the store, and on top of it what the log
 * holds since. Nothing here is a source of truth; it can be dropped at any time.
 */
export class LiveRuns {
  readonly #log: RunLog;
  readonly #history: RunHistory;
  readonly #options: LiveRunsOptions;
  readonly #partitions: Partition[];
  #facts = 0;

  constructor(log: RunLog, history: RunHistory, options: LiveRunsOptions) {
    this.#log = log;
    this.#history = history;
    this.#options = options;
    this.#partitions = Array.from({ length: log.partitions }, () => ({
      position: null,
      catchingUp: undefined,
      queued: undefined,
      heads: new Map<string, RunHead>(),
      loading: new Map<string, { head: RunHead; whole: Promise<RunHead> }>(),
    }));
  }

  get heldFacts(): number {
    return this.#facts;
  }

  /** The head with every write in it that was acknowledged before the call, or null when nothing was ever created. */
  async get(subject: Subject, id: string): Promise<RunHead | null> {
    const index = this.#log.partitionOf(id);
    return this.#headAt({ subject, id, index, nextOffset: await this.#catchUp(index) });
  }

  /** Begins to follow the log: runs that are created from here on are known whole without asking history. */
  async follow(): Promise<void> {
    await Promise.all(this.#partitions.map((_, index) => this.#catchUp(index)));
  }

  /** The head once the write at `offset` is folded into it: what the log decided about that write. */
  async getAfter(subject: Subject, id: string, offset: number): Promise<RunHead | null> {
    const index = this.#log.partitionOf(id);
    const position = this.#at(index).position ?? 0;
    const nextOffset = position > offset ? position : await this.#catchUp(index);
    return this.#headAt({ subject, id, index, nextOffset });
  }

  /** Waits until history holds every write that was acknowledged before the call. */
  async untilStored(): Promise<void> {
    const ends = await Promise.all(this.#partitions.map((_, partition) => this.#log.endOffset(partition)));
    await this.#history.untilStored(ends.map((nextOffset, partition) => ({ partition, nextOffset })));
  }

  /** The same for the partition of one run. */
  async untilStoredOf(id: string): Promise<void> {
    const partition = this.#log.partitionOf(id);
    await this.#history.untilStored([{ partition, nextOffset: await this.#log.endOffset(partition) }]);
  }

  async #headAt(wanted: Wanted): Promise<RunHead | null> {
    const partition = this.#at(wanted.index);
    const key = keyOf(wanted.subject, wanted.id);
    const held = partition.heads.get(key);
    if (held !== undefined) {
      // Moves to the end: the least recently used are forgotten first.
      partition.heads.delete(key);
      partition.heads.set(key, held);
      return held;
    }
    const head = await (partition.loading.get(key)?.whole ?? this.#load(partition, key, wanted));
    return head.exists ? head : null;
  }

  #load(partition: Partition, key: string, { subject, id, index, nextOffset }: Wanted): Promise<RunHead> {
    const head = new RunHead(subject, id);
    const whole = (async () => {
      await this.#history.untilStored([{ partition: index, nextOffset }]);
      for (const fact of await this.#history.factsOf(subject, [id])) head.fold(fact);
      return head;
    })();
    const load = { head, whole };
    partition.loading.set(key, load);
    const settle = (): void => {
      // A skip of the log has taken the load away: what it found is right for its own callers, and not to be kept.
      if (partition.loading.get(key) !== load) return;
      partition.loading.delete(key);
      if (!head.exists || partition.heads.has(key)) return;
      partition.heads.set(key, head);
      this.#grow(head.size);
    };
    return whole.finally(settle);
  }

  /**
   * Folds what the log holds beyond the position. Callers share one reading, but never one that began before they
   * asked: its end may be older than a write that they must see.
   */
  #catchUp(index: number): Promise<number> {
    const partition = this.#at(index);
    if (partition.catchingUp === undefined) {
      partition.catchingUp = this.#readUp(index).finally(() => {
        partition.catchingUp = undefined;
      });
      return partition.catchingUp;
    }
    partition.queued ??= partition.catchingUp
      .catch(() => 0)
      .then(() => {
        partition.queued = undefined;
        return this.#catchUp(index);
      });
    return partition.queued;
  }

  async #readUp(index: number): Promise<number> {
    const partition = this.#at(index);
    const end = await this.#log.endOffset(index);
    if (partition.position === null || end - partition.position > this.#options.maxCatchUp) {
      // What is held was folded up to the old position only.
      this.#forgetAll(partition);
      partition.position = end;
    }
    while (partition.position < end) {
      const { events, nextOffset } = await this.#log.read(index, partition.position);
      for (const { event, offset } of events) this.#fold(partition, { event, offset, index });
      partition.position = Math.max(nextOffset, partition.position);
    }
    return partition.position;
  }

  #fold(partition: Partition, { event, offset, index }: PlacedEvent & { readonly index: number }): void {
    const key = keyOf(event.subject as Subject, event.id);
    let head = partition.heads.get(key) ?? partition.loading.get(key)?.head;
    if (head === undefined) {
      // Of a run that is not held, later writes are found in history when it is asked for.
      if (event.type !== 'created') return;
      head = new RunHead(event.subject as Subject, event.id);
      partition.heads.set(key, head);
    }
    const before = head.size;
    for (const fact of factsOf(event, { partition: index, offset })) head.fold(fact);
    if (partition.heads.has(key)) this.#grow(head.size - before);
  }

  #grow(facts: number): void {
    this.#facts += facts;
    while (this.#facts > this.#options.maxFacts) {
      const fullest = this.#partitions.reduce((a, b) => (b.heads.size > a.heads.size ? b : a));
      const [oldest] = fullest.heads;
      if (oldest === undefined || fullest.heads.size === 1) return;
      fullest.heads.delete(oldest[0]);
      this.#facts -= oldest[1].size;
    }
  }

  #forgetAll(partition: Partition): void {
    for (const head of partition.heads.values()) this.#facts -= head.size;
    partition.heads.clear();
    partition.loading.clear();
  }

  #at(index: number): Partition {
    const partition = this.#partitions[index];
    if (partition === undefined) throw new Error(`there is no partition ${index}`);
    return partition;
  }
}

function keyOf(subject: Subject, id: string): string {
  return `${subject} ${id}`;
}
