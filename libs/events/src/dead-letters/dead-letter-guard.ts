import type { DeadLetterLimits } from '../consumer/consumer-options.ts';
import { EventsError } from '../errors.ts';

export const HANDLER_FAULT = 'handler-fault';

const DEFAULT_FAULTS = { max: 50, windowMs: 60_000 };
const DEFAULT_SHARE = { share: 0.5, records: 2_000 };

/** Tells when so much is dead-lettered that the fault must be ours: a bad deployment may not move a topic. */
export class DeadLetterGuard {
  readonly #faults: { readonly max: number; readonly windowMs: number };
  readonly #share: { readonly share: number; readonly records: number };
  readonly #expected: ReadonlySet<string>;
  #faultTimes: number[] = [];
  /** Counts of the present and the previous stretch of `records` records: a cheap sliding window. */
  #present = { records: 0, letters: 0 };
  #previous = { records: 0, letters: 0 };

  constructor(limits: DeadLetterLimits = {}) {
    this.#faults = limits.handlerFaults ?? DEFAULT_FAULTS;
    this.#share = limits.share ?? DEFAULT_SHARE;
    this.#expected = new Set(limits.expected ?? []);
  }

  /** Counts records before their dead letters are written; the error says to stop and write none of them. */
  admit(records: number, reasons: readonly string[], nowMs: number): EventsError | null {
    const faults = reasons.filter((reason) => reason === HANDLER_FAULT).length;
    if (faults > 0) {
      this.#faultTimes = this.#faultTimes.filter((at) => at > nowMs - this.#faults.windowMs);
      if (this.#faultTimes.length + faults > this.#faults.max)
        return tooMany(`${this.#faultTimes.length + faults} handler faults in ${this.#faults.windowMs} ms`);
      for (let i = 0; i < faults; i++) this.#faultTimes.push(nowMs);
    }
    const seen = this.#previous.records + this.#present.records + records;
    const unexpected = reasons.filter((reason) => !this.#expected.has(reason)).length;
    const letters = this.#previous.letters + this.#present.letters + unexpected;
    if (unexpected > 0 && seen >= this.#share.records && letters > seen * this.#share.share)
      return tooMany(`${letters} dead letters among ${seen} records`);
    this.#present.records += records;
    this.#present.letters += unexpected;
    if (this.#present.records >= this.#share.records) {
      this.#previous = this.#present;
      this.#present = { records: 0, letters: 0 };
    }
    return null;
  }
}

function tooMany(what: string): EventsError {
  return new EventsError(
    'EVENTS_TOO_MANY_DEAD_LETTERS',
    `${what}: the consumer stops rather than move its topic into the dead letters. Mend the handler or the producer, then restart`,
  );
}
