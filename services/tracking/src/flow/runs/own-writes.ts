import type { RunEvent } from '@millrace/schemas';
import type { Refusal } from './judge-write.ts';
import type { RunHead } from './run-head.ts';

/** What the log decided about a write of this instance. */
export interface Settled {
  readonly offset: number;
  /** Null when it counts; undefined when the run was not held at that moment: history says it then. */
  readonly refusal: Refusal | null | undefined;
  /** The run with the write in it. */
  readonly head: RunHead | null;
}

interface OwnWrite {
  readonly event: RunEvent;
  readonly resolve: (settled: Settled) => void;
  abandoned: boolean;
}

/** Of writes whose acknowledgement never came this many are remembered, for they may be in the log after all. */
const maxAbandoned = 10_000;

/** The writes of this instance to one partition that the log has not decided yet. */
export class OwnWrites {
  readonly #byEventId = new Map<string, OwnWrite>();
  /** Acknowledged, but beyond what is folded. */
  readonly #byOffset = new Map<number, RunEvent>();
  readonly #countByRun = new Map<string, number>();
  readonly #abandoned = new Set<string>();

  expect(key: string, event: RunEvent): Promise<Settled> {
    const { promise, resolve } = Promise.withResolvers<Settled>();
    this.#byEventId.set(event.eventId, { event, resolve, abandoned: false });
    this.#countByRun.set(key, (this.#countByRun.get(key) ?? 0) + 1);
    return promise;
  }

  /** A run that is written to must stay in memory, to be judged by. */
  isWritten(key: string): boolean {
    return this.#countByRun.has(key);
  }

  get hasAhead(): boolean {
    return this.#byOffset.size > 0;
  }

  aheadAt(offset: number): RunEvent | undefined {
    const event = this.#byOffset.get(offset);
    if (event !== undefined) this.#byOffset.delete(offset);
    return event;
  }

  isAhead(offset: number, event: RunEvent): void {
    this.#byOffset.set(offset, event);
  }

  /** Tells the writer; true when he has given up and his client was told to come again. */
  settle(key: string, event: RunEvent, settled: Settled): boolean {
    const own = this.#byEventId.get(event.eventId);
    if (own === undefined) return false;
    this.#byEventId.delete(event.eventId);
    this.#byOffset.delete(settled.offset);
    if (own.abandoned) {
      this.#abandoned.delete(event.eventId);
      return true;
    }
    this.#release(key);
    own.resolve(settled);
    return false;
  }

  /** The append failed, and whether it reached the log is not known. */
  abandon(key: string, event: RunEvent): void {
    const own = this.#byEventId.get(event.eventId);
    if (own === undefined || own.abandoned) return;
    own.abandoned = true;
    this.#release(key);
    this.#abandoned.add(event.eventId);
    const [oldest] = this.#abandoned;
    if (oldest === undefined || this.#abandoned.size <= maxAbandoned) return;
    this.#abandoned.delete(oldest);
    this.#byEventId.delete(oldest);
  }

  /** All that were acknowledged below an offset that is skipped: nobody will fold them here. */
  skipTo(offset: number, keyOf: (event: RunEvent) => string): void {
    for (const [at, event] of this.#byOffset) {
      if (at < offset) this.settle(keyOf(event), event, { offset: at, refusal: undefined, head: null });
    }
  }

  #release(key: string): void {
    const left = (this.#countByRun.get(key) ?? 1) - 1;
    if (left === 0) this.#countByRun.delete(key);
    else this.#countByRun.set(key, left);
  }
}
