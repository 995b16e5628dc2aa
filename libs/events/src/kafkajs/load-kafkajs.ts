import type * as KafkaJs from 'kafkajs';
import { dropAborted } from './drop-aborted.ts';
import { codecOf } from './compression-codecs.ts';
import { groupByPartition } from './group-by-partition.ts';
import { quietIdleTimer } from './idle-timer-patch.ts';
import { loadInternal, replaceInternal } from './kafkajs-internals.ts';
import type { InternalEncoder } from './kafkajs-internals.ts';
import { encodeProduce } from './produce-request.ts';
import type { ProduceArguments } from './produce-request.ts';
import { decodeRecordBatches } from './record-batches.ts';
import { beginWithWholeFrames } from './whole-frames-patch.ts';

const produceRequestPath = 'src/protocol/requests/produce/v7/request';
const decodeMessagesPath = 'src/protocol/requests/fetch/v4/decodeMessages';
const groupPath = 'src/producer/groupMessagesPerPartition';
const abortedPath = 'src/consumer/filterAbortedMessages';
const encoderPath = 'src/protocol/encoder';
const compressionPath = 'src/protocol/message/compression';

interface StockDecoder {
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
  buffer: Buffer;
  offset: number;
}

const magicOffset = 16;

/** The stock functions that stand in for ours where the protocol is older than ours knows. */
const stockDecodeMessages = loadInternal(decodeMessagesPath) as (decoder: StockDecoder) => Promise<unknown[]>;
const stockProduceRequest = loadInternal(produceRequestPath) as (request: ProduceArguments) => object;
const Encoder = loadInternal(encoderPath) as new (size: number) => InternalEncoder;

export const kafkajs: typeof KafkaJs = loadPatched();

function loadPatched(): typeof KafkaJs {
  replaceInternal(produceRequestPath, fastProduceRequest);
  replaceInternal(decodeMessagesPath, fastDecodeMessages);
  replaceInternal(groupPath, groupByPartition);
  replaceInternal(abortedPath, dropAborted);
  const { Codecs } = loadInternal(compressionPath) as { Codecs: Record<number, () => unknown> };
  for (const type of [1, 2, 3, 4]) Codecs[type] = () => codecOf(type);
  quietIdleTimer();
  beginWithWholeFrames();
  return loadInternal('index.js') as typeof KafkaJs;
}

/** As stock, but for the encoding of the body. */
export function fastProduceRequest(request: ProduceArguments): object {
  const encoding = { codecOf, newEncoder: () => new Encoder(1), now: () => Date.now() };
  return { ...stockProduceRequest(request), encode: () => encodeProduce(request, encoding) };
}

/** As stock, but for batches of the current format, which is all that a broker of this decade sends. */
async function fastDecodeMessages(decoder: StockDecoder): Promise<unknown[]> {
  const size = decoder.buffer.readInt32BE(decoder.offset);
  const start = decoder.offset + 4;
  const isCurrent =
    size > magicOffset && decoder.buffer.length >= start + size && decoder.buffer[start + magicOffset] === 2;
  if (!isCurrent) return stockDecodeMessages(decoder);
  decoder.readInt32();
  return decodeRecordBatches(decoder.readBytes(size), codecOf);
}
