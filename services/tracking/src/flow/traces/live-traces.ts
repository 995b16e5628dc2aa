import type { LogMoment, PlacedTraceEvent, TraceHistory, TraceLog } from './ports.ts';
import { placedSpansOf, traceFactsOf } from './trace-facts.ts';
import { TraceHead } from './trace-head.ts';

export interface LiveTracesOptions {
  /** Traces are forgotten, the least recently used first, when all together take more memory than this. */
  readonly maxBytes: number;
  /** Further behind than this, the log is not read up but skipped. */
  readonly maxCatchUp: number;
}

/** How many traces a caller reads from history side by side. */
const loadsAtOnce = 32;

interface Held {
  readonly head: TraceHead;
  /** Of this trace memory holds everything from this offset on; what is older lies in history. */
  readonly since: number;
  /** Settles when history is in the head as well. */
  whole: Promise<void> | undefined;
}

interface Partition {
  readonly index: number;
  /** Next offset to fold; null until the first read. */
  position: number | null;
  /** Nothing at or above it was ever forgotten. */
  keptFrom: number;
  catchingUp: Promise<number> | undefined;
  queued: Promise<number> | undefined;
  /** The least recently used first. */
  readonly traces: Map<string, Held>;
}

/**
 * Traces as the log says they are at this moment, on any instance. What arrives is folded in memory; what is older comes
 * from history, once, when a trace is asked for. Nothing here is a source of truth.
 */
export class LiveTraces {
  readonly #log: TraceLog;
  readonly #history: TraceHistory;
  readonly #options: LiveTracesOptions;
  readonly #partitions: readonly Partition[];
  #bytes = 0;

  constructor(log: TraceLog, history: TraceHistory, options: LiveTracesOptions) {
    this.#log = log;
    this.#history = history;
    this.#options = options;
    this.#partitions = Array.from({ length: log.partitions }, (_, index) => ({
      index,
      position: null,
      keptFrom: 0,
      catchingUp: undefined,
      queued: undefined,
      traces: new Map<string, Held>(),
    }));
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Begins to follow the log: of traces that begin from here on, history has nothing to add. */
  async follow(): Promise<void> {
    await Promise.all(this.#partitions.map((partition) => this.#catchUp(partition)));
  }

  /** The trace with every write in it that was acknowledged before the call, or null when there is none. */
  async get(traceId: string): Promise<TraceHead | null> {
    const partition = this.#partitionOf(traceId);
    await this.#catchUp(partition);
    const held = this.#hold(partition, traceId);
    held.whole ??= this.#load(partition, held);
    await held.whole;
    return held.head.exists ? held.head : null;
  }

  /** Those of the traces that are there, in the order of the ids. */
  async getAll(traceIds: readonly string[]): Promise<TraceHead[]> {
    const ids = [...new Set(traceIds)];
    const found: TraceHead[] = [];
    for (let from = 0; from < ids.length; from += loadsAtOnce) {
      const heads = await Promise.all(ids.slice(from, from + loadsAtOnce).map((traceId) => this.get(traceId)));
      found.push(...heads.filter((head) => head !== null));
    }
    return found;
  }

  /** The trace as far as memory knows it, without asking history: enough to answer the write that began it. */
  async recent(traceId: string): Promise<TraceHead> {
    const partition = this.#partitionOf(traceId);
    await this.#catchUp(partition);
    return this.#hold(partition, traceId).head;
  }

  /** The present moment of the log, once history holds everything before it. */
  async storedMoment(): Promise<LogMoment> {
    const moment = await Promise.all(this.#partitions.map(({ index }) => this.#log.endOffset(index)));
    await this.#history.untilStored(moment.map((nextOffset, partition) => ({ partition, nextOffset })));
    return moment;
  }

  async #load(partition: Partition, held: Held): Promise<void> {
    const { traceId } = held.head;
    try {
      await this.#history.untilStored([{ partition: partition.index, nextOffset: held.since }]);
      const [facts, spans] = await Promise.all([this.#history.factsOf([traceId]), this.#history.spansOf([traceId])]);
      this.#growing(partition, held, () => held.head.foldHistory(facts, spans));
      if (held.head.isEmpty) this.#drop(partition, held);
      this.#shrink();
    } catch (error) {
      held.whole = undefined;
      throw error;
    }
  }

  /**
   * Folds what the log holds beyond the position. Callers share one reading, but never one that began before they
   * asked: its end may be older than a write that they must see.
   */
  #catchUp(partition: Partition): Promise<number> {
    if (partition.catchingUp === undefined) {
      partition.catchingUp = this.#readUp(partition).finally(() => {
        partition.catchingUp = undefined;
      });
      return partition.catchingUp;
    }
    partition.queued ??= partition.catchingUp
      .catch(() => 0)
      .then(() => {
        partition.queued = undefined;
        return this.#catchUp(partition);
      });
    return partition.queued;
  }

  async #readUp(partition: Partition): Promise<number> {
    const end = await this.#log.endOffset(partition.index);
    if (partition.position === null || end - partition.position > this.#options.maxCatchUp) {
      for (const held of partition.traces.values()) this.#forget(partition, held);
      partition.position = end;
      partition.keptFrom = end;
    }
    while (partition.position < end) {
      const { events, nextOffset } = await this.#log.read(partition.index, partition.position);
      for (const placed of events) this.#fold(partition, placed);
      partition.position = Math.max(nextOffset, partition.position);
      this.#shrink();
    }
    return partition.position;
  }

  #fold(partition: Partition, { event, offset }: PlacedTraceEvent): void {
    const held = this.#hold(partition, event.traceId);
    const place = { partition: partition.index, offset };
    this.#growing(partition, held, () => {
      for (const fact of traceFactsOf(event, place)) held.head.fold(fact);
      for (const span of placedSpansOf(event, place)) held.head.foldSpan(span);
    });
  }

  /** What is held of the trace, moved to the end: the least recently used are forgotten first. */
  #hold(partition: Partition, traceId: string): Held {
    const known = partition.traces.get(traceId);
    const held = known ?? { head: new TraceHead(traceId), since: partition.keptFrom, whole: undefined };
    if (known === undefined) this.#bytes += held.head.bytes;
    else partition.traces.delete(traceId);
    partition.traces.set(traceId, held);
    return held;
  }

  #growing(partition: Partition, held: Held, work: () => void): void {
    const before = held.head.bytes;
    work();
    if (partition.traces.get(held.head.traceId) === held) this.#bytes += held.head.bytes - before;
  }

  #shrink(): void {
    while (this.#bytes > this.#options.maxBytes) {
      const fullest = this.#partitions.reduce((a, b) => (b.traces.size > a.traces.size ? b : a));
      const [oldest] = fullest.traces.values();
      if (oldest === undefined) return;
      this.#forget(fullest, oldest);
    }
  }

  /** From here on memory lacks writes to this trace, so a trace that is met anew asks history up to here. */
  #forget(partition: Partition, held: Held): void {
    this.#drop(partition, held);
    partition.keptFrom = partition.position ?? partition.keptFrom;
  }

  /** Without a trace: anybody may ask for any id, and nothing is lost with one that nobody wrote to. */
  #drop(partition: Partition, held: Held): void {
    if (partition.traces.get(held.head.traceId) !== held) return;
    partition.traces.delete(held.head.traceId);
    this.#bytes -= held.head.bytes;
  }

  #partitionOf(traceId: string): Partition {
    const partition = this.#partitions[this.#log.partitionOf(traceId)];
    if (partition === undefined) throw new Error(`there is no partition for trace ${traceId}`);
    return partition;
  }
}
