import { Rest } from '../rest.ts';
import { WaitingReads } from '../waiting-reads.ts';
import type { LogMoment, PlacedTraceEvent, TraceHistory, TraceLog } from './ports.ts';
import { placedSpansOf, traceFactsOf } from './trace-facts.ts';
import { TraceHead } from './trace-head.ts';

export interface LiveTracesOptions {
  /** Traces are forgotten, the least recently used first, when all together take more memory than this. */
  readonly maxBytes: number;
  /** Further behind than this, the log is not read up but skipped. */
  readonly maxCatchUp: number;
  /** How long a read waits for the log. */
  readonly readTimeoutMs: number;
}

/** Between two fetches when nobody waits: what comes meanwhile is fetched together. */
const restMs = 5;

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
  /** Next offset to fold. */
  position: number;
  /** Nothing at or above it was ever forgotten. */
  keptFrom: number;
  readonly reads: WaitingReads;
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
  readonly #rest = new Rest(restMs);
  #bytes = 0;

  constructor(log: TraceLog, history: TraceHistory, options: LiveTracesOptions) {
    this.#log = log;
    this.#history = history;
    this.#options = options;
    this.#partitions = Array.from({ length: log.partitions }, (_, index) => emptyPartition(index));
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** Begins to follow the log: of traces that begin from here on, history has nothing to add. */
  async follow(): Promise<void> {
    for (const [index, end] of (await this.#log.endOffsets()).entries()) this.#skip(this.#at(index), end);
    this.#log.follow({
      positionOf: (index) => this.#at(index).position,
      take: (index, events, nextOffset) => this.#take(this.#at(index), events, nextOffset),
      untilWanted: () => this.#untilWanted(),
      lost: (index) => this.#lost(index),
    });
  }

  /** The trace with every write in it that was acknowledged before the call, or null when there is none. */
  async get(traceId: string): Promise<TraceHead | null> {
    const partition = this.#partitionOf(traceId);
    await this.#reached(partition);
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
    await this.#reached(partition);
    return this.#hold(partition, traceId).head;
  }

  /** The present moment of the log, once history holds everything before it. */
  async storedMoment(): Promise<LogMoment> {
    const moment = await this.#log.endOffsets();
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

  /** Waits until every write to the partition that was acknowledged before the call is folded. */
  async #reached(partition: Partition): Promise<void> {
    const end = (await this.#log.endOffsets())[partition.index] ?? 0;
    if (end - partition.position > this.#options.maxCatchUp) this.#skip(partition, end);
    if (partition.position >= end) return;
    const read = partition.reads.until(end, this.#options.readTimeoutMs);
    this.#rest.end();
    await read;
  }

  #take(partition: Partition, events: readonly PlacedTraceEvent[], nextOffset: number): void {
    for (const placed of events) {
      if (placed.offset < partition.position) continue;
      partition.position = placed.offset + 1;
      this.#fold(partition, placed);
    }
    this.#advance(partition, Math.max(nextOffset, partition.position));
    this.#shrink();
  }

  /** Goes on at an offset: what lies before it is asked of history. */
  #skip(partition: Partition, nextOffset: number): void {
    for (const held of partition.traces.values()) this.#drop(partition, held);
    partition.keptFrom = nextOffset;
    this.#advance(partition, nextOffset);
  }

  #advance(partition: Partition, nextOffset: number): void {
    partition.position = nextOffset;
    partition.reads.moved();
  }

  /** The log was cut or made anew: what it holds from here on is all there is. */
  #lost(index: number): void {
    void this.#log.endOffsets().then(
      (ends) => this.#skip(this.#at(index), ends[index] ?? 0),
      // Asked again at the next fetch, which finds the same.
      () => undefined,
    );
  }

  async #untilWanted(): Promise<void> {
    if (this.#partitions.every(({ reads }) => reads.isEmpty)) await this.#rest.take();
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
    partition.keptFrom = partition.position;
  }

  /** Without a trace: anybody may ask for any id, and nothing is lost with one that nobody wrote to. */
  #drop(partition: Partition, held: Held): void {
    if (partition.traces.get(held.head.traceId) !== held) return;
    partition.traces.delete(held.head.traceId);
    this.#bytes -= held.head.bytes;
  }

  #partitionOf(traceId: string): Partition {
    return this.#at(this.#log.partitionOf(traceId));
  }

  #at(index: number): Partition {
    const partition = this.#partitions[index];
    if (partition === undefined) throw new Error(`there is no partition ${index}`);
    return partition;
  }
}

function emptyPartition(index: number): Partition {
  const reads = new WaitingReads({ log: 'traces', partition: index }, () => partition.position);
  const partition: Partition = { index, position: 0, keptFrom: 0, reads, traces: new Map() };
  return partition;
}
