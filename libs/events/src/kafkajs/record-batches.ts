import type { InternalCodec } from './kafkajs-internals.ts';
import { unreadableBatch } from './unreadable-batch.ts';

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

/** Headers of a record; `unusualHeaders` has all values of each that occurs more than once or has none. */
export interface RecordHeaders {
  readonly headers: Readonly<Record<string, Buffer>>;
  readonly unusualHeaders?: UnusualHeaders;
}

/** Lists of values; a header without a value, which Kafka allows, has null. */
export type UnusualHeaders = Readonly<Record<string, readonly (Buffer | null)[]>>;

/** What the log holds of one record. */
export interface BatchRecord extends RecordHeaders {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

const noHeaders: RecordHeaders = { headers: Object.freeze({}) };

const headerSize = 61;
const codecMask = 0x07;
const logAppendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;

/**
 * A record batch of a fetch, in the place of its messages: kafkajs looks at offsets and at transactions, which are the
 * whole batch's, and makes several objects of every message that it is given. The records are read when they are wanted;
 * until then they are bytes outside of the garbage collector's heap.
 */
export class FetchedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly batchContext: BatchContext;
  readonly timestamp: string;
  readonly value = null;
  readonly attributes = 0;
  readonly #plain: Buffer;
  readonly #logAppendTime: boolean;
  readonly #firstTimestamp: number;
  readonly #maxTimestamp: number;

  /** `at` is where the batch starts in `data`, `plain` are its records, decompressed: `count` of them. */
  constructor(data: Buffer, at: number, { plain, count }: PlainRecords) {
    const attributes = data.readInt16BE(at + 21);
    this.baseOffset = Number(data.readBigInt64BE(at));
    this.lastOffset = this.baseOffset + data.readInt32BE(at + 23);
    this.count = count;
    this.#firstTimestamp = Number(data.readBigInt64BE(at + 27));
    this.#maxTimestamp = Number(data.readBigInt64BE(at + 35));
    this.#logAppendTime = (attributes & logAppendTimeFlag) !== 0;
    this.timestamp = String(this.#firstTimestamp);
    this.batchContext = {
      firstOffset: String(this.baseOffset),
      firstTimestamp: String(this.#firstTimestamp),
      partitionLeaderEpoch: data.readInt32BE(at + 12),
      inTransaction: (attributes & transactionalFlag) !== 0,
      isControlBatch: (attributes & controlFlag) !== 0,
      lastOffsetDelta: this.lastOffset - this.baseOffset,
      producerId: String(data.readBigInt64BE(at + 43)),
      producerEpoch: data.readInt16BE(at + 51),
      firstSequence: data.readInt32BE(at + 53),
      maxTimestamp: String(this.#maxTimestamp),
      timestampType: this.#logAppendTime ? 1 : 0,
      magicByte: data.readInt8(at + 16),
    };
    this.#plain = plain;
  }

  /** Where kafkajs takes the reader to be when it has passed this on. */
  get offset(): string {
    return String(this.lastOffset);
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  /** Of the first record: in a control batch it tells a commit from an abort. */
  get key(): Buffer | null {
    return this.records().next()?.key ?? null;
  }

  get headers(): Record<string, never> {
    return {};
  }

  get bytes(): number {
    return this.#plain.length;
  }

  records(): RecordCursor {
    return new RecordCursor(this.#plain, this.count, {
      baseOffset: this.baseOffset,
      timestampOf: (delta) => (this.#logAppendTime ? this.#maxTimestamp : this.#firstTimestamp + delta),
    });
  }
}

/**
 * The whole batches at the start of `data`. A fetch may end in the middle of a batch: that rest is left for the next
 * fetch. A batch that compaction has emptied is among them: it takes offsets.
 */
export async function decodeRecordBatches(
  data: Buffer,
  codecOf: (attributes: number) => InternalCodec | null,
): Promise<FetchedBatch[]> {
  const batches: FetchedBatch[] = [];
  let at = 0;
  while (at + headerSize <= data.length) {
    const end = at + 12 + data.readInt32BE(at + 8);
    if (end > data.length) break;
    const attributes = data.readInt16BE(at + 21);
    const codec = (attributes & codecMask) === 0 ? null : codecOf(attributes);
    const count = data.readInt32BE(at + 57);
    const packed = data.subarray(at + headerSize, end);
    const records = { plain: packed, count };
    batches.push(
      new FetchedBatch(
        data,
        at,
        codec && count > 0 ? await unpack(records, codec, data.readInt32BE(at + 23)) : records,
      ),
    );
    at = end;
  }
  return batches;
}

interface PlainRecords {
  readonly plain: Buffer;
  readonly count: number;
}

async function unpack(
  { plain, count }: PlainRecords,
  codec: InternalCodec,
  lastOffsetDelta: number,
): Promise<PlainRecords> {
  try {
    return { plain: await codec.decompress(plain), count };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fault = `a batch of ${count} records in ${plain.length} bytes cannot be unpacked: ${reason}`;
    return { plain: unreadableBatch(plain, lastOffsetDelta, fault), count: 1 };
  }
}

interface BatchOrigin {
  readonly baseOffset: number;
  readonly timestampOf: (delta: number) => number;
}

/** Reads the records of a batch one after the other. */
export class RecordCursor {
  readonly #data: Buffer;
  readonly #origin: BatchOrigin;
  #left: number;
  #position = 0;

  constructor(data: Buffer, count: number, origin: BatchOrigin) {
    this.#data = data;
    this.#left = count;
    this.#origin = origin;
  }

  /** Records not read yet. */
  get left(): number {
    return this.#left;
  }

  next(): BatchRecord | null {
    if (this.#left === 0) return null;
    this.#left -= 1;
    const length = this.#varint();
    const end = this.#position + length;
    this.#position += 1; // record attributes: none are defined
    const timestampMs = this.#origin.timestampOf(this.#varint());
    const offset = this.#origin.baseOffset + this.#varint();
    const key = this.#bytes();
    const value = this.#bytes();
    const { headers, unusualHeaders } = this.#headers();
    this.#position = end;
    return unusualHeaders === undefined
      ? { offset, timestampMs, key, value, headers }
      : { offset, timestampMs, key, value, headers, unusualHeaders };
  }

  /** A zigzag varint of up to 53 bits. */
  #varint(): number {
    const data = this.#data;
    let byte = data[this.#position++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let result = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = data[this.#position++] ?? 0;
      result += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
  }

  #bytes(): Buffer | null {
    const length = this.#varint();
    if (length < 0) return null;
    const start = this.#position;
    this.#position = start + length;
    return this.#data.subarray(start, this.#position);
  }

  /** `headers` has the last value of each that has one. */
  #headers(): RecordHeaders {
    const count = this.#varint();
    if (count <= 0) return noHeaders;
    // Prototype-less objects: a foreign header may be called __proto__.
    const headers = Object.create(null) as Record<string, Buffer>;
    let unusualHeaders: Record<string, (Buffer | null)[]> | undefined;
    for (let i = 0; i < count; i++) {
      const name = this.#bytes()?.toString('utf8') ?? '';
      const value = this.#bytes();
      const earlier = headers[name];
      if (value !== null) headers[name] = value;
      const known = unusualHeaders?.[name];
      if (known !== undefined) known.push(value);
      else if (earlier !== undefined || value === null) {
        unusualHeaders ??= Object.create(null) as Record<string, (Buffer | null)[]>;
        unusualHeaders[name] = earlier === undefined ? [value] : [earlier, value];
      }
    }
    return unusualHeaders === undefined ? { headers } : { headers, unusualHeaders };
  }
}
