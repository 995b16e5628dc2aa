import { crc32c } from './crc32c.ts';
import type { InternalCodec, InternalEncoder } from './kafkajs-internals.ts';
import { varintSize, writeVarint } from './varint.ts';

/** What kafkajs hands to its Produce request. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number | string;
      readonly firstSequence?: number;
      readonly messages: readonly ProduceMessage[];
    }[];
  }[];
}

interface ProduceMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
  readonly timestamp?: number | string;
}

type HeaderValue = Buffer | string | null;

type HeaderPair = readonly [name: Buffer, content: Buffer | null];

interface PreparedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly HeaderPair[];
  readonly timestampDelta: number;
  readonly bodySize: number;
}

interface Batch {
  readonly partition: number;
  readonly firstSequence: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
  readonly records: Buffer | readonly PreparedRecord[];
  readonly recordsSize: number;
}

export interface ProduceEncoding {
  readonly codecOf: (compression: number) => InternalCodec | null;
  readonly newEncoder: () => InternalEncoder;
  readonly now: () => number;
}

const batchHeaderSize = 61;
const magic = 2;
const transactionalFlag = 0x10;
const compressionMask = 0x07;

/**
 * The body of a Produce request (version 3 to 7) written in one pass into one buffer of the exact size. kafkajs makes an
 * encoder of 512 bytes for every record, every header and every varint and copies each five times: this is a tenth of it.
 */
export async function encodeProduce(request: ProduceArguments, encoding: ProduceEncoding): Promise<InternalEncoder> {
  const compression = (request.compression ?? 0) & compressionMask;
  const codec = compression === 0 ? null : encoding.codecOf(compression);
  const topics: { topic: Buffer; batches: Batch[] }[] = [];
  const transactionalId = request.transactionalId == null ? null : Buffer.from(request.transactionalId);
  let size = 2 + (transactionalId?.length ?? 0) + 2 + 4 + 4;
  for (const { topic, partitions } of request.topicData) {
    const entry = { topic: Buffer.from(topic), batches: [] as Batch[] };
    size += 2 + entry.topic.length + 4;
    for (const { partition, messages, firstSequence } of partitions) {
      const batch = prepare(Number(partition), firstSequence ?? 0, messages, encoding.now());
      const ready = codec ? await compressed(batch, codec) : batch;
      entry.batches.push(ready);
      size += 4 + 4 + batchHeaderSize + ready.recordsSize;
    }
    topics.push(entry);
  }

  const target = Buffer.allocUnsafe(size);
  let at = transactionalId ? writeString(target, 0, transactionalId) : target.writeInt16BE(-1, 0);
  at = target.writeInt16BE(request.acks, at);
  at = target.writeInt32BE(request.timeout, at);
  at = target.writeInt32BE(topics.length, at);
  const attributes = compression | (transactionalId ? transactionalFlag : 0);
  const producer = { id: toBigInt(request.producerId), epoch: request.producerEpoch ?? 0 };
  for (const { topic, batches } of topics) {
    at = writeString(target, at, topic);
    at = target.writeInt32BE(batches.length, at);
    for (const batch of batches) at = writeBatch(target, at, { batch, attributes, producer });
  }

  const encoder = encoding.newEncoder();
  encoder.buf = target;
  encoder.offset = size;
  return encoder;
}

function prepare(partition: number, firstSequence: number, messages: readonly ProduceMessage[], nowMs: number): Batch {
  let firstTimestamp = Infinity;
  let maxTimestamp = -Infinity;
  for (const { timestamp } of messages) {
    const at = timestamp == null ? nowMs : Number(timestamp);
    if (at < firstTimestamp) firstTimestamp = at;
    if (at > maxTimestamp) maxTimestamp = at;
  }
  const records: PreparedRecord[] = [];
  let recordsSize = 0;
  for (const [offsetDelta, message] of messages.entries()) {
    const key = toBuffer(message.key);
    const value = toBuffer(message.value);
    const headers = headersOf(message.headers);
    const timestampDelta = (message.timestamp == null ? nowMs : Number(message.timestamp)) - firstTimestamp;
    let bodySize = 1 + varintSize(timestampDelta) + varintSize(offsetDelta) + bytesSize(key) + bytesSize(value);
    bodySize += varintSize(headers.length);
    for (const [name, content] of headers) bodySize += bytesSize(name) + bytesSize(content);
    recordsSize += varintSize(bodySize) + bodySize;
    records.push({ key, value, headers, timestampDelta, bodySize });
  }
  return { partition, firstSequence, firstTimestamp, maxTimestamp, count: messages.length, records, recordsSize };
}

async function compressed(batch: Batch, codec: InternalCodec): Promise<Batch> {
  const plain = Buffer.allocUnsafe(batch.recordsSize);
  writeRecords(plain, 0, batch.records);
  const records = await codec.compress({ buffer: plain });
  return { ...batch, records, recordsSize: records.length };
}

interface BatchContext {
  readonly batch: Batch;
  readonly attributes: number;
  readonly producer: { readonly id: bigint; readonly epoch: number };
}

function writeBatch(target: Buffer, position: number, { batch, attributes, producer }: BatchContext): number {
  const size = batchHeaderSize + batch.recordsSize;
  let at = target.writeInt32BE(batch.partition, position);
  at = target.writeInt32BE(size, at);
  at = target.writeBigInt64BE(0n, at); // base offset: the broker assigns it
  at = target.writeInt32BE(size - 12, at);
  at = target.writeInt32BE(0, at); // partition leader epoch: the broker assigns it
  at = target.writeInt8(magic, at);
  const checksumAt = at;
  const checkedFrom = at + 4;
  at = target.writeInt16BE(attributes, checkedFrom);
  at = target.writeInt32BE(batch.count - 1, at);
  at = target.writeBigInt64BE(BigInt(batch.firstTimestamp), at);
  at = target.writeBigInt64BE(BigInt(batch.maxTimestamp), at);
  at = target.writeBigInt64BE(producer.id, at);
  at = target.writeInt16BE(producer.epoch, at);
  at = target.writeInt32BE(batch.firstSequence, at);
  at = target.writeInt32BE(batch.count, at);
  at = writeRecords(target, at, batch.records);
  target.writeUInt32BE(crc32c(target, checkedFrom, at), checksumAt);
  return at;
}

function writeRecords(target: Buffer, position: number, records: Buffer | readonly PreparedRecord[]): number {
  if (Buffer.isBuffer(records)) return position + records.copy(target, position);
  let at = position;
  for (const [offsetDelta, record] of records.entries()) {
    at = writeVarint(target, at, record.bodySize);
    target[at++] = 0; // record attributes: none are defined
    at = writeVarint(target, at, record.timestampDelta);
    at = writeVarint(target, at, offsetDelta);
    at = writeBytes(target, at, record.key);
    at = writeBytes(target, at, record.value);
    at = writeVarint(target, at, record.headers.length);
    for (const [name, content] of record.headers) {
      at = writeBytes(target, at, name);
      at = writeBytes(target, at, content);
    }
  }
  return at;
}

function bytesSize(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function writeBytes(target: Buffer, position: number, bytes: Buffer | null): number {
  if (bytes === null) return writeVarint(target, position, -1);
  const at = writeVarint(target, position, bytes.length);
  target.set(bytes, at);
  return at + bytes.length;
}

function writeString(target: Buffer, position: number, text: Buffer): number {
  const at = target.writeInt16BE(text.length, position);
  target.set(text, at);
  return at + text.length;
}

const noHeaders: readonly HeaderPair[] = [];
const headerNames = new Map<string, Buffer>();

/** A header without a value stands in a list: alone, kafkajs leaves it out. */
function headersOf(headers: ProduceMessage['headers']): readonly HeaderPair[] {
  if (!headers) return noHeaders;
  const pairs: HeaderPair[] = [];
  for (const name in headers) {
    const content = headers[name];
    const bytes = headerName(name);
    if (Array.isArray(content)) {
      for (const one of content as readonly HeaderValue[]) pairs.push([bytes, one === null ? null : Buffer.from(one)]);
    } else if (content != null) {
      pairs.push([bytes, Buffer.isBuffer(content) ? content : Buffer.from(content as string)]);
    }
  }
  return pairs.length === 0 ? noHeaders : pairs;
}

function headerName(name: string): Buffer {
  const known = headerNames.get(name);
  if (known) return known;
  const bytes = Buffer.from(name);
  // Names come from code, but dead letters copy foreign headers: the memory stays bounded.
  if (headerNames.size < 1000) headerNames.set(name, bytes);
  return bytes;
}

function toBuffer(bytes: Buffer | string | null | undefined): Buffer | null {
  if (bytes == null) return null;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

/** kafkajs passes producer ids as strings, and as a wrapped bigint where there is none. */
function toBigInt(id: unknown): bigint {
  if (typeof id === 'bigint') return id;
  if (typeof id === 'string' || typeof id === 'number') return BigInt(id);
  return -1n;
}
