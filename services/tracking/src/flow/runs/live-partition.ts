import type { RunEvent } from '@millrace/schemas';
import { headOfHistory } from './head-of-history.ts';
import { judge, proposalOf, type Refusal } from './judge-write.ts';
import { LogTail } from './log-tail.ts';
import { OwnWrites, type Settled } from './own-writes.ts';
import type { PlacedEvent, RunHistory } from '../ports.ts';
import { factsOf, type RunFact, type Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import { WaitingReads } from '../waiting-reads.ts';

/** A write as it took its place in the state. */
export interface FoldedWrite {
  readonly partition: number;
  readonly offset: number;
  readonly event: RunEvent;
  /** What the write says, where it was taken apart already. */
  readonly facts?: readonly RunFact[];
  /** The run with the write in it; null when this instance does not hold it: then the write was not judged here. */
  readonly head: RunHead | null;
}

export interface RefusedWrite {
  readonly partition: number;
  readonly offset: number;
  readonly event: RunEvent;
}

export interface PartitionHooks {
  folded(write: FoldedWrite): void;
  /** Judged here and does not count; it is to be voided by whoever wrote it. */
  refused(write: RefusedWrite): void;
  /** In the log after its writer had given up on it, and his client was told to come again. */
  stranded(write: RefusedWrite): void;
  voided(partition: number, offsets: readonly number[]): void;
  /** Somebody waits for what lies beyond the position. */
  wanted(): void;
  /** What is held takes that much more. */
  grew(bytes: number): void;
}

/** Runs that the tail of the log speaks of: the store is behind by less than a second, and a partition takes some hundred new ones in one. */
const tailRuns = 4096;

interface Loading {
  /** Events that came while history was being read. */
  events: PlacedEvent[];
  readonly whole: Promise<RunHead>;
}

/** The runs of one partition, folded in the order of its log, up to a position. */
export class LivePartition {
  readonly #index: number;
  readonly #history: RunHistory;
  readonly #hooks: PartitionHooks;
  readonly #own = new OwnWrites();
  /** Heads that are known whole, the least recently used first; one that does not exist says that the run was never created. */
  readonly #heads = new Map<string, RunHead>();
  readonly #loading = new Map<string, Loading>();
  readonly #tail = new LogTail(tailRuns);
  readonly #reads: WaitingReads;
  #position = 0;

  constructor(index: number, history: RunHistory, hooks: PartitionHooks) {
    this.#reads = new WaitingReads({ log: 'runs', partition: index }, () => this.#position);
    this.#index = index;
    this.#history = history;
    this.#hooks = hooks;
  }

  /** Next offset to fold. */
  get position(): number {
    return this.#position;
  }

  /** Whether somebody waits for what lies beyond the position. */
  get isWanted(): boolean {
    return !this.#reads.isEmpty || this.#own.hasAhead;
  }

  get heldRuns(): number {
    return this.#heads.size;
  }

  /** The run as far as this instance has come, if it is held. */
  held(subject: Subject, id: string): RunHead | undefined {
    const key = keyOf(subject, id);
    const head = this.#heads.get(key);
    if (head === undefined) return undefined;
    // Moves to the end: the least recently used are forgotten first.
    this.#heads.delete(key);
    this.#heads.set(key, head);
    return head;
  }

  /** Holds a run that history has not below an offset as one that was never created; false when the log may say otherwise. */
  beginUnknown(subject: Subject, id: string, storedTo: number): boolean {
    const key = keyOf(subject, id);
    if (this.#heads.has(key) || this.#loading.has(key) || !this.#tail.isSilentSince(key, storedTo)) return false;
    this.#hold(key, new RunHead(subject, id));
    return true;
  }

  /** The run at the position or later, from history when it is not held. */
  async head(subject: Subject, id: string): Promise<RunHead | null> {
    const head = this.held(subject, id) ?? (await this.#loaded(subject, id));
    return head.exists ? head : null;
  }

  /** Resolves when everything below `end` is folded; rejects when that takes too long. */
  async reached(end: number, timeoutMs: number): Promise<void> {
    if (this.#position >= end) return;
    const read = this.#reads.until(end, timeoutMs);
    this.#hooks.wanted();
    await read;
  }

  /** Before a write is appended: what the log decides about it will be told. */
  expect(event: RunEvent): Promise<Settled> {
    return this.#own.expect(keyOfEvent(event), event);
  }

  /** An own write was acknowledged. When nothing foreign lies before it, it is folded from memory. */
  acknowledged(event: RunEvent, offset: number): void {
    if (offset < this.#position) return;
    const hasGap = offset > this.#position;
    this.#own.isAhead(offset, event);
    if (hasGap) this.#hooks.wanted();
    else this.#advance(this.#position);
  }

  abandon(event: RunEvent): void {
    this.#own.abandon(keyOfEvent(event), event);
  }

  take(events: readonly PlacedEvent[], nextOffset: number): void {
    for (const { event, offset } of events) {
      if (offset < this.#position) continue;
      this.#position = offset + 1;
      this.#fold(event, offset);
    }
    this.#advance(nextOffset);
  }

  /** Goes on at an offset without reading what lies before it; what is held was folded up to the old position only. */
  skipTo(offset: number): void {
    this.#hooks.grew(-[...this.#heads.values()].reduce((sum, head) => sum + head.bytes, 0));
    this.#heads.clear();
    // What is being loaded is right for those who wait for it, and not to be kept.
    this.#loading.clear();
    this.#tail.startAt(offset);
    this.#own.skipTo(offset, keyOfEvent);
    this.#position = offset;
    this.#advance(offset);
  }

  /** Forgets the least recently used run that is not being written to, but never the only one; false when there is none. */
  forgetOldest(): boolean {
    if (this.#heads.size <= 1) return false;
    for (const [key, head] of this.#heads) {
      if (this.#own.isWritten(key)) continue;
      this.#forget(key, head);
      return true;
    }
    return false;
  }

  #advance(offset: number): void {
    this.#position = Math.max(this.#position, offset);
    for (;;) {
      const event = this.#own.aheadAt(this.#position);
      if (event === undefined) break;
      const at = this.#position;
      this.#position += 1;
      this.#fold(event, at);
    }
    this.#reads.moved();
  }

  #fold(event: RunEvent, offset: number): void {
    const key = keyOfEvent(event);
    this.#tail.mention(key, offset);
    const loading = this.#loading.get(key);
    if (loading !== undefined) {
      loading.events.push({ event, offset });
      return this.#tell(event, offset, null);
    }
    const head = this.#heads.get(key) ?? this.#begin(key, event);
    if (head === undefined) {
      this.#settle(event, { offset, refusal: undefined, head: null });
      return this.#tell(event, offset, null);
    }
    if (event.voids.length > 0) {
      this.#void(key, head, event.voids);
      this.#settle(event, { offset, refusal: null, head });
      return this.#tell(event, offset, head);
    }
    const before = head.bytes;
    const { refusal, facts } = this.#apply(head, event, offset);
    this.#hooks.grew(head.bytes - before);
    if (refusal === null) this.#tell(event, offset, head, facts);
    else this.#hooks.refused({ partition: this.#index, offset, event });
    this.#settle(event, { offset, refusal, head });
  }

  /** A run that is created here and now is known whole. One whose id comes from a request may have been created long ago. */
  #begin(key: string, event: RunEvent): RunHead | undefined {
    if (event.type !== 'created' || event.requestId !== null) return undefined;
    return this.#hold(key, new RunHead(event.subject as Subject, event.id));
  }

  #hold(key: string, head: RunHead): RunHead {
    this.#heads.set(key, head);
    this.#hooks.grew(head.bytes);
    return head;
  }

  #apply(head: RunHead, event: RunEvent, offset: number): { refusal: Refusal | null; facts: readonly RunFact[] } {
    const refusal = judge(head, proposalOf(event));
    if (refusal !== null) {
      head.refuse(offset, refusal);
      return { refusal, facts: [] };
    }
    const facts = factsOf(event, { partition: this.#index, offset });
    for (const fact of facts) head.fold(fact);
    if (event.requestId !== null) head.answer(event.requestId, event.requestHash);
    return { refusal, facts };
  }

  #void(key: string, head: RunHead, offsets: readonly number[]): void {
    const folded = offsets.filter((offset) => head.refusalAt(offset) === undefined);
    if (folded.length === 0) return;
    // What is folded cannot be taken out again: the run is read anew from history, which leaves out what is void.
    this.#forget(key, head);
    if (head.createdOffset === undefined || !folded.includes(head.createdOffset)) return;
    this.#hold(key, new RunHead(head.subject, head.id));
  }

  #tell(event: RunEvent, offset: number, head: RunHead | null, facts?: readonly RunFact[]): void {
    if (event.voids.length > 0) this.#hooks.voided(this.#index, event.voids);
    this.#hooks.folded({ partition: this.#index, offset, event, head, ...(facts && { facts }) });
  }

  #settle(event: RunEvent, settled: Settled): void {
    const isStranded = this.#own.settle(keyOfEvent(event), event, settled);
    if (isStranded) this.#hooks.stranded({ partition: this.#index, offset: settled.offset, event });
  }

  #forget(key: string, head: RunHead): void {
    this.#heads.delete(key);
    this.#hooks.grew(-head.bytes);
  }

  #loaded(subject: Subject, id: string): Promise<RunHead> {
    const key = keyOf(subject, id);
    const known = this.#loading.get(key);
    if (known !== undefined) return known.whole;
    const { promise: whole, resolve, reject } = Promise.withResolvers<RunHead>();
    const loading: Loading = { events: [], whole };
    this.#loading.set(key, loading);
    this.#load(loading, subject, id).then(resolve, (error: unknown) => {
      this.#drop(key, loading);
      reject(error);
    });
    return whole;
  }

  async #load(loading: Loading, subject: Subject, id: string): Promise<RunHead> {
    const key = keyOf(subject, id);
    for (;;) {
      const before = this.#position;
      await this.#history.untilStored([{ partition: this.#index, nextOffset: before }]);
      const head = await headOfHistory(this.#history, { subject, id, before });
      // From here on without waiting: nothing may come between what is folded now and what comes next.
      const isClean = this.#catchUp(head, loading);
      if (!isClean) {
        loading.events = [];
        continue;
      }
      if (this.#loading.get(key) === loading) {
        this.#loading.delete(key);
        this.#hold(key, head);
      }
      return head;
    }
  }

  /** Folds what came meanwhile; false when it voids what history had in it, which is then to be asked again. */
  #catchUp(head: RunHead, { events }: Loading): boolean {
    const judged: { readonly event: RunEvent; readonly offset: number; readonly refusal: Refusal | null }[] = [];
    for (const { event, offset } of events) {
      if (event.voids.some((at) => head.refusalAt(at) === undefined)) {
        this.#leave(events);
        return false;
      }
      if (event.voids.length === 0) judged.push({ event, offset, refusal: this.#apply(head, event, offset).refusal });
    }
    for (const { event, offset, refusal } of judged) {
      if (refusal !== null) this.#hooks.refused({ partition: this.#index, offset, event });
      this.#settle(event, { offset, refusal, head });
    }
    return true;
  }

  /** Their writers ask history what became of them. */
  #leave(events: readonly PlacedEvent[]): void {
    for (const { event, offset } of events) this.#settle(event, { offset, refusal: undefined, head: null });
  }

  #drop(key: string, loading: Loading): void {
    if (this.#loading.get(key) === loading) this.#loading.delete(key);
    this.#leave(loading.events);
  }
}

function keyOf(subject: Subject, id: string): string {
  return `${subject} ${id}`;
}

function keyOfEvent(event: RunEvent): string {
  return `${event.subject} ${event.id}`;
}
