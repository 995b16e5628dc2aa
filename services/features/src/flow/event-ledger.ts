/**
 * What the owner of a source partition remembers of one entity's events, apart from any view: the newest event time
 * and the ids seen within the allowed lateness. An event older than that is refused for good, so an id that has been
 * forgotten can never come back as a new event.
 */
export class EventLedger {
  #newestMs: number;
  /** In order of event time is not needed: the list is short and expiry looks at every entry. */
  readonly #seen: Map<string, number>;

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

  /** `id` is null where the source declares none: then nothing is a repeat. */
  judge(event: LedgerEvent, allowedLatenessMs: number): 'accept' | 'repeat' | 'too-late' {
    if (event.id !== null && this.#seen.has(event.id)) return 'repeat';
    if (event.eventTimeMs < this.#newestMs - allowedLatenessMs) return 'too-late';
    return 'accept';
  }

  record(event: LedgerEvent, allowedLatenessMs: number): void {
    if (event.eventTimeMs > this.#newestMs) {
      this.#newestMs = event.eventTimeMs;
      for (const [id, timeMs] of this.#seen) {
        if (timeMs < this.#newestMs - allowedLatenessMs) this.#seen.delete(id);
      }
    }
    if (event.id !== null) this.#seen.set(event.id, event.eventTimeMs);
  }

  /** Layout: version u8, newest f64, then per id: event time f64, length u16, UTF-8 bytes. Little-endian. */
  encode(): Buffer {
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

export interface LedgerEvent {
  readonly id: string | null;
  readonly eventTimeMs: number;
}
