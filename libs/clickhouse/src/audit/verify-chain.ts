import { hashOfEntry } from './audit-entry.ts';
import type { ChainedEntry } from './audit-entry.ts';

/** The last entry that was verified. */
export interface ChainPosition {
  readonly offset: number;
  readonly item: number;
  readonly hash: string;
  readonly valueHash: string;
}

export interface LoggedValue {
  readonly offset: number;
  readonly valueHash: string;
}

export const chainBreaks = [
  /** The fields of an entry do not give its hash. */
  'entry-changed',
  /** An entry does not follow the one before it: one was taken out or put in between. */
  'chain-broken',
  /** Two different entries have one place. */
  'entry-inserted',
  /** The log holds another record than the one that was hashed. */
  'record-changed',
  'record-missing',
  /** The log holds a record of which there is no entry. */
  'entry-missing',
  /** The last entry is not the one that the consumer group committed. */
  'head-differs',
] as const;

export interface ChainBreak {
  readonly kind: (typeof chainBreaks)[number];
  readonly offset: number;
  readonly item: number;
  readonly expected: string;
  readonly found: string;
}

/** A stretch of the chain of one partition. */
export interface ChainSection {
  /** Null at the beginning of the chain. */
  readonly from: ChainPosition | null;
  /** Entries behind `from` and below `end`, in order; a repeat of an entry may follow it. */
  readonly entries: AsyncIterable<readonly ChainedEntry[]>;
  /** What the log holds of the offsets behind `from` and below `end`. */
  readonly records: AsyncIterable<LoggedValue>;
  /** The first offset that the log still holds: what lies before it is checked by the chain alone. */
  readonly logBegin: number;
  readonly end: number;
  /** Hash of the last entry below `end`, as the consumer group has it; undefined when it has none. */
  readonly head: string | undefined;
  /** The section ends behind this many entries. */
  readonly limit: number;
}

export interface VerifiedSection {
  readonly entries: number;
  /** Entries whose record the log holds no longer. */
  readonly chainOnly: number;
  readonly position: ChainPosition | null;
  /** False when the limit was reached first. */
  readonly complete: boolean;
  readonly broken: ChainBreak | null;
}

/** Walks entries and records side by side and stops at the first place where they do not agree. Holds one page of each. */
export async function verifyChain(section: ChainSection): Promise<VerifiedSection> {
  const walk = new ChainWalk(section);
  for await (const page of section.entries) {
    for (const entry of page) {
      if (walk.isFull && !walk.isRepeat(entry)) return walk.result({ complete: false });
      const broken = await walk.take(entry);
      if (broken !== null) return walk.result({ complete: true, broken });
    }
  }
  return walk.result({ complete: true, broken: await walk.end() });
}

class ChainWalk {
  readonly #section: ChainSection;
  readonly #records: AsyncIterator<LoggedValue>;
  #record: LoggedValue | null | undefined;
  #position: ChainPosition | null;
  #entries = 0;
  #chainOnly = 0;

  constructor(section: ChainSection) {
    this.#section = section;
    this.#records = section.records[Symbol.asyncIterator]();
    this.#position = section.from;
  }

  get isFull(): boolean {
    return this.#entries >= this.#section.limit;
  }

  isRepeat({ offset, item }: ChainedEntry): boolean {
    return this.#position?.offset === offset && this.#position.item === item;
  }

  async take(entry: ChainedEntry): Promise<ChainBreak | null> {
    const { offset, item, hash } = entry;
    const at = { offset, item };
    const previous = this.#position?.hash ?? '';
    const skipped = await this.#nextRecord();
    if (skipped !== null && skipped.offset < offset) return entryMissing(skipped);
    const computed = hashOfEntry(entry, entry.previousHash);
    if (computed !== hash) return { kind: 'entry-changed', ...at, expected: hash, found: computed };
    if (this.isRepeat(entry)) {
      return hash === previous ? null : { kind: 'entry-inserted', ...at, expected: previous, found: hash };
    }
    if (entry.previousHash !== previous)
      return { kind: 'chain-broken', ...at, expected: previous, found: entry.previousHash };
    const broken = await this.#compareWithLog(entry);
    if (broken !== null) return broken;
    this.#position = { offset, item, hash, valueHash: entry.valueHash };
    this.#entries += 1;
    return null;
  }

  /** What is left when there are no more entries. */
  async end(): Promise<ChainBreak | null> {
    const record = await this.#nextRecord();
    if (record !== null) return entryMissing(record);
    const { head, end } = this.#section;
    const found = this.#position?.hash ?? '';
    if (head === undefined || head === found) return null;
    return { kind: 'head-differs', offset: end - 1, item: 0, expected: head, found };
  }

  result(outcome: { readonly complete: boolean; readonly broken?: ChainBreak | null }): VerifiedSection {
    void this.#records.return?.();
    return {
      entries: this.#entries,
      chainOnly: this.#chainOnly,
      position: this.#position,
      broken: null,
      ...outcome,
    };
  }

  async #compareWithLog({ offset, item, valueHash }: ChainedEntry): Promise<ChainBreak | null> {
    if (offset < this.#section.logBegin) {
      this.#chainOnly += 1;
      return null;
    }
    let logged = this.#position?.offset === offset ? this.#position.valueHash : undefined;
    const record = await this.#nextRecord();
    if (record?.offset === offset) {
      logged = record.valueHash;
      this.#record = undefined;
    }
    if (logged === valueHash) return null;
    if (logged !== undefined) return { kind: 'record-changed', offset, item, expected: valueHash, found: logged };
    return { kind: 'record-missing', offset, item, expected: valueHash, found: '' };
  }

  /** The next record that no entry was found for yet. */
  async #nextRecord(): Promise<LoggedValue | null> {
    if (this.#record === undefined) {
      const next = await this.#records.next();
      this.#record = next.done ? null : next.value;
    }
    return this.#record;
  }
}

function entryMissing({ offset, valueHash }: LoggedValue): ChainBreak {
  return { kind: 'entry-missing', offset, item: 0, expected: valueHash, found: '' };
}
