import type { OutgoingRecord } from './outgoing-record.ts';

export interface RequestLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** Of what goes to one partition: kafkajs makes one record batch of it, which is what a topic's limit is about. */
  readonly maxBatchBytes: number;
}

/** About what a record needs besides its key, value and headers. */
const recordOverheadBytes = 80;

/** The room that is left in one request to the broker and in each of its record batches. */
export class RequestRoom {
  readonly #limits: RequestLimits;
  /** Bytes by topic and partition. */
  readonly #batches = new Map<string, number[]>();
  #records = 0;
  #bytes = 0;

  constructor(limits: RequestLimits) {
    this.#limits = limits;
  }

  /**
   * Takes records from `from` on, in order, up to the first one that there is no room for, and returns that one's index.
   * A record that is larger than a batch may be is alone in its own; whether the topic takes it is for the broker to say.
   */
  take(records: readonly OutgoingRecord[], from: number): number {
    let at = from;
    for (let record = records[at]; record !== undefined && this.#takes(record); record = records[at]) at++;
    return at;
  }

  #takes(record: OutgoingRecord): boolean {
    const { topic, partition } = record;
    const { maxRecords, maxBytes, maxBatchBytes } = this.#limits;
    const size = sizeOf(record);
    if (this.#records > 0 && (this.#records >= maxRecords || this.#bytes + size > maxBytes)) return false;
    let batches = this.#batches.get(topic);
    if (batches === undefined) this.#batches.set(topic, (batches = []));
    const batch = batches[partition] ?? 0;
    if (batch > 0 && batch + size > maxBatchBytes) return false;
    batches[partition] = batch + size;
    this.#records++;
    this.#bytes += size;
    return true;
  }
}

/** Bytes that a record takes in a request, a little more rather than less. */
export function sizeOf({ key, value, headers }: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): number {
  let size = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers)
    for (const one of [headers[name] ?? []].flat()) size += name.length * 3 + 10 + (one?.length ?? 0);
  return size;
}
