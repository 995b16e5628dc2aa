import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError, type OutgoingRecord } from '@millrace/events';

export interface SenderOptions<T> {
  /** Resolves when the records are in the log. */
  readonly send: (records: readonly OutgoingRecord[]) => Promise<unknown>;
  /** Everything up to here is in the log. */
  readonly acknowledged: (of: readonly T[]) => void;
  /** A broker that is away is asked again this often, for so long. */
  readonly retryMs?: number;
  readonly patienceMs?: number;
  /** Nothing is sent again once it is aborted. */
  readonly signal?: AbortSignal;
  /** Called when records must be sent again: some of them may be in the log twice. */
  readonly resending?: (count: number, error: Error) => void;
}

const maxRecords = 2_000;
const maxBytes = 1_048_576;

/** Sends records in order, the next batch being made while one is under way. */
export class RecordSender<T> {
  readonly #options: SenderOptions<T>;
  #records: OutgoingRecord[] = [];
  #of: T[] = [];
  #bytes = 0;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(options: SenderOptions<T>) {
    this.#options = options;
  }

  /** `of` is handed to `acknowledged` once the record is in the log. */
  async add(record: OutgoingRecord, of: T): Promise<void> {
    this.#records.push(record);
    this.#of.push(of);
    this.#bytes += record.value?.length ?? 0;
    if (this.#records.length >= maxRecords || this.#bytes >= maxBytes) await this.#dispatch();
  }

  /** Resolves when everything that was added is in the log. */
  async flush(): Promise<void> {
    await this.#dispatch();
    await this.#inFlight;
  }

  /** Resolves when nothing is under way any more, whatever became of it. */
  async settled(): Promise<void> {
    await this.#inFlight.catch(() => undefined);
  }

  async #dispatch(): Promise<void> {
    const [records, of] = [this.#records, this.#of];
    this.#records = [];
    this.#of = [];
    this.#bytes = 0;
    await this.#inFlight;
    if (records.length === 0) return;
    this.#inFlight = this.#send(records).then(() => this.#options.acknowledged(of));
    // Whoever adds or flushes next gets the error.
    this.#inFlight.catch(() => undefined);
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    const { send, retryMs = 1_000, patienceMs = 120_000, resending, signal } = this.#options;
    const deadline = Date.now() + patienceMs;
    for (;;) {
      try {
        await send(records);
        return;
      } catch (error) {
        if (!(error instanceof TransientError) || Date.now() > deadline || signal?.aborted) throw error;
        resending?.(records.length, error);
        await sleep(retryMs, undefined, signal && { signal }).catch(() => undefined);
      }
    }
  }
}
