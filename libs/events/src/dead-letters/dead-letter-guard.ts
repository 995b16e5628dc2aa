import type { DeadLetterLimits } from '../consumer/consumer-options.ts';
import { EventsError } from '../errors.ts';

export const HANDLER_FAULT = 'handler-fault';

const DEFAULT_FAULTS = { max: 50, windowMs: 60_000 };
const DEFAULT_SHARE = { share: 0.5, records: 2_000 };

/**
 * Tells when so much of a topic is dead-lettered that the fault must be ours: a bad deployment may not move it. Where the
 * fault is the data's, an operator accepts the letters: then all pass until a whole stretch of records keeps the limits.
 */
export class DeadLetterGuard {
  readonly #faults: { readonly max: number; readonly windowMs: number };
  readonly #share: { readonly share: number; readonly records: number };
  readonly #expected: ReadonlySet<string>;
  #faultTimes: number[] = [];
  #accepting = false;
  /** Counts of the present and the previous stretch of `records` records: a cheap sliding window. */
  #present = nothing;
  #previous = nothing;

  constructor(limits: DeadLetterLimits = {}) {
    this.#faults = limits.handlerFaults ?? DEFAULT_FAULTS;
    this.#share = limits.share ?? DEFAULT_SHARE;
    this.#expected = new Set(limits.expected ?? []);
  }

  accept(): void {
    this.#accepting = true;
    this.#faultTimes = [];
    this.#present = nothing;
    this.#previous = nothing;
  }

  /** Counts records before their dead letters are written; the error says to stop and write none of them. */
  admit(records: number, reasons: readonly string[], nowMs: number): EventsError | null {
    const faults = reasons.filter((reason) => reason === HANDLER_FAULT).length;
    const letters = reasons.filter((reason) => !this.#expected.has(reason)).length;
    if (!this.#accepting) {
      const refusal = this.#refusal({ records, letters, faults }, nowMs);
      if (refusal !== null) return refusal;
      for (let i = 0; i < faults; i++) this.#faultTimes.push(nowMs);
    }
    this.#present = sum(this.#present, { records, letters, faults });
    if (this.#present.records < this.#share.records) return null;
    // Accepted is what there was of it, not what may go wrong next.
    if (this.#keepsLimits(this.#present)) this.#accepting = false;
    this.#previous = this.#present;
    this.#present = nothing;
    return null;
  }

  #refusal(slice: Counts, nowMs: number): EventsError | null {
    this.#faultTimes = this.#faultTimes.filter((at) => at > nowMs - this.#faults.windowMs);
    const faults = this.#faultTimes.length + slice.faults;
    if (slice.faults > 0 && faults > this.#faults.max)
      return tooMany(`${faults} handler faults in ${this.#faults.windowMs} ms`);
    const { records, letters } = sum(sum(this.#previous, this.#present), slice);
    if (slice.letters === 0 || records < this.#share.records || letters <= records * this.#share.share) return null;
    return tooMany(`${letters} dead letters among ${records} records`);
  }

  #keepsLimits({ records, letters, faults }: Counts): boolean {
    return letters <= records * this.#share.share && faults <= this.#faults.max;
  }
}

interface Counts {
  readonly records: number;
  /** Those of unexpected reasons. */
  readonly letters: number;
  readonly faults: number;
}

const nothing: Counts = { records: 0, letters: 0, faults: 0 };

function sum(a: Counts, b: Counts): Counts {
  return { records: a.records + b.records, letters: a.letters + b.letters, faults: a.faults + b.faults };
}

function tooMany(what: string): EventsError {
  return new EventsError(
    'EVENTS_TOO_MANY_DEAD_LETTERS',
    `${what}: the consumer stops rather than move its topic into the dead letters. Mend the handler or the producer, then restart; where the records themselves are bad, accept their dead letters`,
  );
}
