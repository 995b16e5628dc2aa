import type { StateWrite } from './entity-state.ts';

export interface LedgerEvent {
  /** Null where the source declares no id: then nothing is a repeat. */
  readonly id: string | null;
  readonly eventTimeMs: number;
}

export type Verdict = 'accept' | 'repeat' | 'too-late';

/**
 * What the owner of a source partition remembers of one entity's events, apart from any view: the newest event time and
 * the ids that came within the allowed lateness of it. Of an entity's records in log order, with the allowed lateness L,
 * - one is too late whose time lies before the newest time of those before it, less L;
 * - one is a repeat whose id came before with a time not before the newest, its own included, less L.
 * The times of repeats count for the newest, those of late ones cannot: so both follow from the records alone, and SQL
 * judges them by the same rule (`sql/judged-rows.ts`).
 */
export class EventLedger {
  #newestMs: number;
  readonly #seen: Map<string, number>;
  /** Ids with a time before this mean nothing any more: they are left out when the ledger is written. */
  #keepFromMs = Number.NEGATIVE_INFINITY;

  private constructor(newestMs: number, seen: Map<string, number>) {
    this.#newestMs = newestMs;
    this.#seen = seen;
  }

  static empty(): EventLedger {
    return new EventLedger(Number.NEGATIVE_INFINITY, new Map());
  }

  get newestMs(): number {
    return this.#newestMs;
  }

  judge({ id, eventTimeMs }: LedgerEvent, allowedLatenessMs: number): Verdict {
    const seenMs = id === null ? undefined : this.#seen.get(id);
    if (seenMs !== undefined && seenMs >= Math.max(this.#newestMs, eventTimeMs) - allowedLatenessMs) return 'repeat';
    return eventTimeMs < this.#newestMs - allowedLatenessMs ? 'too-late' : 'accept';
  }

  /** Of what was accepted and of repeats. */
  record({ id, eventTimeMs }: LedgerEvent, allowedLatenessMs: number): void {
    this.#newestMs = Math.max(this.#newestMs, eventTimeMs);
    this.#keepFromMs = this.#newestMs - allowedLatenessMs;
    if (id !== null) this.#seen.set(id, Math.max(eventTimeMs, this.#seen.get(id) ?? eventTimeMs));
  }

  writes(): readonly StateWrite[] {
    return [{ suffix: '', bytes: this.encode() }];
  }

  /** Layout: version u8, newest f64, then per id: event time f64, length u16, UTF-8 bytes. Little-endian. */
  encode(): Buffer {
    // Here, where every id is looked at anyway, and not with every event.
    for (const [id, timeMs] of this.#seen) if (timeMs < this.#keepFromMs) this.#seen.delete(id);
    const ids = [...this.#seen].map(([id, timeMs]) => ({ bytes: Buffer.from(id, 'utf8'), timeMs }));
    const out = Buffer.allocUnsafe(ids.reduce((size, { bytes }) => size + 10 + bytes.length, 9));
    out.writeUInt8(1, 0);
    out.writeDoubleLE(this.#newestMs, 1);
    let at = 9;
    for (const { bytes, timeMs } of ids) {
      out.writeDoubleLE(timeMs, at);
      out.writeUInt16LE(bytes.length, at + 8);
      bytes.copy(out, at + 10);
      at += 10 + bytes.length;
    }
    return out;
  }

  static decode(bytes: Buffer): EventLedger {
    const seen = new Map<string, number>();
    let at = 9;
    while (at < bytes.length) {
      const length = bytes.readUInt16LE(at + 8);
      seen.set(bytes.toString('utf8', at + 10, at + 10 + length), bytes.readDoubleLE(at));
      at += 10 + length;
    }
    return new EventLedger(bytes.readDoubleLE(1), seen);
  }
}
