import type { EntryPlace, MergeablePart } from '../aggregations/aggregation.ts';

const fanOut = 16;
const shift = 4;

/** What the parts of a column are made of: the entries of one state. */
export interface PartEntries {
  /** Null: this entry has no value. */
  valueAt(entry: number): number | string | null;
  timeAt(entry: number): number;
  positionAt(entry: number): number;
}

export interface PlannedPart {
  readonly part: MergeablePart<object, unknown>;
  readonly parameters: object;
  /** Of the values; what the bytes of a part depend on. */
  readonly input: 'number' | 'string';
}

/**
 * Parts over blocks of 16, 16², 16³ … entries, each made when a window first needs it, so that a window takes a look at no more
 * than 30 entries or blocks a level.
 */
export class BlockIndex {
  readonly #planned: PlannedPart;
  readonly #maxBytes: number;
  /** `#levels[k][i]`: the part over entries [i * 16^(k+1), (i+1) * 16^(k+1)), all of which are there. */
  readonly #levels: unknown[][] = [];

  constructor(planned: PlannedPart) {
    this.#planned = planned;
    this.#maxBytes = planned.part.maxBytes(planned.parameters, planned.input);
  }

  /** About what the blocks take in memory. */
  get sizeBytes(): number {
    const entryBytes = 24;
    return this.#levels.reduce(
      (total, blocks, level) => total + blocks.length * Math.min(this.#maxBytes, entryBytes * fanOut ** (level + 1)),
      0,
    );
  }

  /** Entries from here on have changed or moved. */
  staleFrom(entry: number): void {
    this.#levels.forEach((blocks, level) => {
      const kept = Math.floor(entry / fanOut ** (level + 1));
      if (kept < blocks.length) blocks.length = kept;
    });
  }

  /** The part over entries [from, to), which the caller may change. */
  over(entries: PartEntries, from: number, to: number): unknown {
    const { part, parameters } = this.#planned;
    let whole = part.empty(parameters);
    for (let at = from; at < to;) {
      const level = levelAt(at, to);
      if (level === 0) whole = this.#added(whole, entries, at);
      else whole = part.merge(whole, this.#block(entries, level - 1, at / fanOut ** level), parameters);
      at += fanOut ** level;
    }
    return whole;
  }

  #block(entries: PartEntries, level: number, block: number): unknown {
    const blocks = (this.#levels[level] ??= []);
    const known = blocks[block];
    if (known !== undefined) return known;
    const { part, parameters } = this.#planned;
    let made = part.empty(parameters);
    for (let at = block << shift, end = at + fanOut; at < end; at += 1) {
      if (level === 0) made = this.#added(made, entries, at);
      else made = part.merge(made, this.#block(entries, level - 1, at), parameters);
    }
    blocks[block] = made;
    return made;
  }

  #added(part: unknown, entries: PartEntries, entry: number): unknown {
    const value = entries.valueAt(entry);
    if (value === null) return part;
    const place: EntryPlace = { timeMs: entries.timeAt(entry), position: entries.positionAt(entry) };
    return this.#planned.part.add(part, value, place, this.#planned.parameters);
  }
}

/** The largest whole block that begins at an entry and ends before `to`: 0 is the entry alone. */
function levelAt(at: number, to: number): number {
  let level = 0;
  for (let size = fanOut; at % size === 0 && at + size <= to; size *= fanOut) level += 1;
  return level;
}
