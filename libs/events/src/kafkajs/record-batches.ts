import type { InternalCodec } from './kafkajs-internals.ts';

/** Properties of a record batch that kafkajs's consumer asks each record for. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
}

type Headers = Record<string, Buffer | null | (Buffer | null)[]>;

const noHeaders: Headers = Object.freeze({});

/** One record as kafkajs hands it on, with numbers beside the strings that it builds for every record. */
export class FetchedRecord {
  readonly offsetNumber: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly attributes = 0;
  readonly batchContext: BatchContext;

  constructor(
    fields: Pick<FetchedRecord, 'offsetNumber' | 'timestampMs' | 'key' | 'value' | 'headers' | 'batchContext'>,
  ) {
    this.offsetNumber = fields.offsetNumber;
    this.timestampMs = fields.timestampMs;
    this.key = fields.key;
    this.value = fields.value;
    this.headers = fields.headers;
    this.batchContext = fields.batchContext;
  }

  get offset(): string {
    return String(this.offsetNumber);
  }

  get timestamp(): string {
    return String(this.timestampMs);
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get magicByte(): number {
    return this.batchContext.magicByte;
  }
}

const headerSize = 61;
const codecMask = 0x07;
const logAppendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;

/**
 * The records of the whole batches at the start of `data`. A fetch may end in the middle of a batch: that rest is left
 * for the next fetch. Throws on bytes that no broker can have accepted.
 */
export async function decodeRecordBatches(
  data: Buffer,
  codecOf: (attributes: number) => InternalCodec | null,
): Promise<FetchedRecord[]> {
  const records: FetchedRecord[] = [];
  let at = 0;
  while (at + headerSize <= data.length) {
    const end = at + 12 + data.readInt32BE(at + 8);
    if (end > data.length) break;
    const attributes = data.readInt16BE(at + 21);
    const codec = (attributes & codecMask) === 0 ? null : codecOf(attributes);
    const count = data.readInt32BE(at + 57);
    const plain = data.subarray(at + headerSize, end);
    if (count > 0)
      appendRecords(records, codec ? await codec.decompress(plain) : plain, { data, at, attributes, count });
    at = end;
  }
  return records;
}

interface BatchAt {
  readonly data: Buffer;
  readonly at: number;
  readonly attributes: number;
  readonly count: number;
}

function appendRecords(records: FetchedRecord[], plain: Buffer, { data, at, attributes, count }: BatchAt): void {
  const firstOffset = Number(data.readBigInt64BE(at));
  const firstTimestamp = Number(data.readBigInt64BE(at + 27));
  const maxTimestamp = Number(data.readBigInt64BE(at + 35));
  const logAppendTime = (attributes & logAppendTimeFlag) !== 0;
  const batchContext: BatchContext = {
    firstOffset: String(firstOffset),
    firstTimestamp: String(firstTimestamp),
    partitionLeaderEpoch: data.readInt32BE(at + 12),
    inTransaction: (attributes & transactionalFlag) !== 0,
    isControlBatch: (attributes & controlFlag) !== 0,
    lastOffsetDelta: data.readInt32BE(at + 23),
    producerId: String(data.readBigInt64BE(at + 43)),
    producerEpoch: data.readInt16BE(at + 51),
    firstSequence: data.readInt32BE(at + 53),
    maxTimestamp: String(maxTimestamp),
    timestampType: logAppendTime ? 1 : 0,
    magicByte: data.readInt8(at + 16),
  };
  const cursor = new Cursor(plain);
  for (let i = 0; i < count; i++) {
    const end = cursor.varint() + cursor.position;
    cursor.position++; // record attributes: none are defined
    const timestampDelta = cursor.varint();
    const offsetNumber = firstOffset + cursor.varint();
    const timestampMs = logAppendTime ? maxTimestamp : firstTimestamp + timestampDelta;
    const key = cursor.bytes();
    const value = cursor.bytes();
    const headers = cursor.headers();
    records.push(new FetchedRecord({ offsetNumber, timestampMs, key, value, headers, batchContext }));
    cursor.position = end;
  }
}

class Cursor {
  readonly #data: Buffer;
  position = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  /** A zigzag varint of up to 53 bits. */
  varint(): number {
    const data = this.#data;
    let byte = data[this.position++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let result = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = data[this.position++] ?? 0;
      result += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.position;
    this.position = start + length;
    return this.#data.subarray(start, this.position);
  }

  headers(): Headers {
    const count = this.varint();
    if (count <= 0) return noHeaders;
    // A prototype-less object: a foreign header may be called __proto__.
    const headers = Object.create(null) as Headers;
    for (let i = 0; i < count; i++) {
      const name = this.bytes()?.toString('utf8') ?? '';
      const value = this.bytes();
      const earlier = headers[name];
      if (earlier === undefined) headers[name] = value;
      else headers[name] = Array.isArray(earlier) ? [...earlier, value] : [earlier, value];
    }
    return headers;
  }
}
