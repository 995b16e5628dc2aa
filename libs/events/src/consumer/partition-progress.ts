import type { Fence } from './fence.ts';
import type { HandleResult } from './partition-handler.ts';
import { hashRecord } from './source-record.ts';
import type { SourceRecord } from './source-record.ts';
import type { Watermarks } from './watermarks.ts';

/** What a successful call leaves behind. */
export interface Handled {
  readonly nextOffset: number;
  /** The last record of the batch, null after an `idle` call. */
  readonly lastRecord: SourceRecord | null;
  /** Those of the batch, as the handler left them. */
  readonly watermarks: Watermarks;
  /** That of the batch, as the handler left it; undefined when the handler says none. */
  readonly note: string | undefined;
  readonly result: HandleResult;
}

/**
 * Position of one partition: what was handled, what of it is durable and may be committed, what was committed. Offset,
 * hash and watermarks always move together, so a commit never holds watermarks of records it would read again.
 */
export class PartitionProgress {
  #position: number;
  #current: Watermarks;
  #note: string | undefined;
  #durable: Fence;
  #intent: number | undefined;
  #committed: number;
  /** Ends of handled batches that are not durable, ascending. */
  #held: Boundary[] = [];
  #lastHash: string;

  constructor(start: Fence) {
    const { intent, ...fence } = start;
    this.#position = start.nextOffset;
    this.#current = start.watermarks;
    this.#note = start.note;
    this.#durable = fence;
    this.#intent = intent;
    this.#committed = start.nextOffset;
    this.#lastHash = start.lastHash;
  }

  /** Next record to handle. */
  get position(): number {
    return this.#position;
  }

  get committed(): number {
    return this.#committed;
  }

  get durable(): number {
    return this.#durable.nextOffset;
  }

  get dirty(): boolean {
    return this.#durable.nextOffset > this.#committed;
  }

  /** A copy for the next call, which it may spoil. */
  forkWatermarks(): Watermarks {
    return this.#current.fork();
  }

  /** What the last call left, for the next one. */
  get note(): string | undefined {
    return this.#note;
  }

  /** What to commit: an intended range stays marked until it is durable. */
  fence(): Fence {
    const intent = this.#intent;
    return intent !== undefined && intent > this.#durable.nextOffset ? { ...this.#durable, intent } : this.#durable;
  }

  intend(intent: number): void {
    this.#intent = intent;
  }

  markCommitted(fence: Fence): void {
    this.#committed = Math.max(this.#committed, fence.nextOffset);
  }

  handled({ nextOffset, lastRecord, watermarks, note, result }: Handled): void {
    const { hold = false, durableUpTo } = result;
    const held = hold || (durableUpTo !== undefined && durableUpTo < nextOffset);
    this.#position = nextOffset;
    this.#note = note;
    this.#current = held ? watermarks : (result.watermarks ?? watermarks);
    if (lastRecord !== null) {
      this.#lastHash = `${lastRecord.offset}:${hashRecord(lastRecord)}`;
      this.#held.push({ nextOffset, lastHash: this.#lastHash, watermarks: this.#current, note });
    }
    if (!held) this.#release(nextOffset, this.#current);
    else if (durableUpTo !== undefined && durableUpTo > this.#durable.nextOffset)
      this.#release(durableUpTo, result.watermarks);
  }

  #release(upTo: number, watermarks: Watermarks | undefined): void {
    let last: Boundary | undefined;
    while (this.#held[0] !== undefined && this.#held[0].nextOffset <= upTo) last = this.#held.shift();
    const note = last === undefined ? this.#durable.note : last.note;
    this.#durable = {
      ...this.#durable,
      nextOffset: upTo,
      // The hash names its own offset, so one of an earlier record is as good a witness.
      lastHash: last?.lastHash ?? this.#durable.lastHash,
      watermarks: watermarks ?? last?.watermarks ?? this.#durable.watermarks,
      ...(note === undefined ? {} : { note }),
    };
  }
}

interface Boundary {
  readonly note: string | undefined;
  readonly nextOffset: number;
  readonly lastHash: string;
  readonly watermarks: Watermarks;
}
