import { ByteReader, ByteWriter } from '../aggregations/bytes.ts';
import type { PlannedPart } from './block-index.ts';
import { WindowStateError } from './window-codec.ts';
import type { WindowLayout } from './window-layout.ts';

/** What an entry is read from while the state still has it. */
interface FoldedEntries {
  positionAt(entry: number): number;
  timeAt(entry: number): number;
  /** Null: this entry has no value. */
  entryValue(entry: number, column: number): number | string | null;
}

/** All events of a lifetime that a state no longer tells apart. */
export interface FoldedPart {
  /** Number of values. */
  count: number;
  part: unknown;
}

/**
 * One part for each of the layout's that a lifetime is made of, over the events that have expired: these are folded in the order of
 * time and position, whenever that happens, because none that is accepted can be older than one that has expired.
 */
export class FoldedEvents {
  readonly #layout: WindowLayout;
  /** By index of the layout's part; null where no lifetime is made of it. */
  readonly #parts: readonly (FoldedPart | null)[];
  /** The last position of the log among them; -1 before the first. */
  newestPosition = -1;
  /** About what they take in memory: their bytes when these were last made. */
  sizeBytes = 0;

  constructor(layout: WindowLayout) {
    this.#layout = layout;
    this.#parts = layout.parts.map(({ folds, part, parameters }) =>
      folds ? { count: 0, part: part.empty(parameters) } : null,
    );
  }

  /** Null where no feature counts a lifetime, and expired events are of no use. */
  static of(layout: WindowLayout): FoldedEvents | null {
    return layout.parts.some(({ folds }) => folds) ? new FoldedEvents(layout) : null;
  }

  part(index: number): FoldedPart | null {
    return this.#parts[index] ?? null;
  }

  add(entries: FoldedEntries, entry: number): void {
    const place = { timeMs: entries.timeAt(entry), position: entries.positionAt(entry) };
    this.newestPosition = Math.max(this.newestPosition, place.position);
    this.#parts.forEach((folded, index) => {
      if (folded === null) return;
      const { part, parameters, column } = this.#planned(index);
      const value = entries.entryValue(entry, column);
      if (value === null) return;
      folded.part = part.add(folded.part, value, place, parameters);
      folded.count += 1;
    });
  }

  /** Little-endian: f64 last position, then for each part f64 count and what the part itself writes. */
  encode(): Buffer {
    const writer = new ByteWriter();
    writer.f64(this.newestPosition);
    this.#parts.forEach((folded, index) => {
      if (folded === null) return;
      const { part, parameters } = this.#planned(index);
      writer.f64(folded.count);
      part.encode(folded.part, writer, parameters);
    });
    const bytes = writer.done();
    this.sizeBytes = bytes.length;
    return bytes;
  }

  /** Takes over what `encode` gave. @throws WindowStateError when it is something else. */
  read(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes);
    try {
      this.newestPosition = reader.f64();
      this.#parts.forEach((folded, index) => {
        if (folded === null) return;
        const { part, parameters } = this.#planned(index);
        folded.count = reader.f64();
        folded.part = part.decode(reader, parameters);
      });
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new WindowStateError('this window state has been cut short', { cause });
    }
    if (reader.left > 0) throw new WindowStateError(`this window state goes on for ${reader.left} bytes after its end`);
    this.sizeBytes = bytes.length;
  }

  #planned(index: number): PlannedPart & { readonly column: number } {
    return this.#layout.parts[index] as PlannedPart & { readonly column: number };
  }
}
