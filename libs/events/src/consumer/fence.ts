import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { EventsError } from '../errors.ts';
import { Watermarks } from './watermarks.ts';
import type { SerializedWatermarks } from './watermarks.ts';

/** Where a consumer stands in a partition and what the log looked like there: committed as one with the offset. */
export interface Fence {
  /** The first record not yet handled. */
  readonly nextOffset: number;
  readonly generation: number;
  /** The topic's partition count when the fence was written. */
  readonly partitions: number;
  /** `<offset>:<hash>` of the last record handled, empty when there was none. */
  readonly lastHash: string;
  readonly watermarks: Watermarks;
  /** The end of a range whose effects were about to be written: finish exactly that range. */
  readonly intent?: number;
  /** What the handler wants to know when it goes on from here, such as the head of a hash chain; short. */
  readonly note?: string;
}

/** The offset commit of kafkajs (version 5) writes the length of the metadata as a signed 16-bit number. */
export const MAX_FENCE_BYTES = 32_767;

/** Above this a fence is compressed; below it stays readable in `kafka-consumer-groups`. */
const PLAIN_BYTES = 2_000;
const COMPRESSED = 'z:';

interface FenceJson {
  readonly g: number;
  readonly p: number;
  readonly h?: string;
  readonly i?: number;
  readonly n?: string;
  readonly w?: SerializedWatermarks;
}

/** The metadata string of an offset commit; the offset itself travels beside it. */
export function encodeFence(fence: Fence): string {
  const json: FenceJson = {
    g: fence.generation,
    p: fence.partitions,
    ...(fence.lastHash === '' ? {} : { h: fence.lastHash }),
    ...(fence.intent === undefined ? {} : { i: fence.intent }),
    ...(fence.note === undefined ? {} : { n: fence.note }),
    ...(fence.watermarks.size === 0 ? {} : { w: fence.watermarks.toJSON() }),
  };
  const plain = JSON.stringify(json);
  const text =
    plain.length <= PLAIN_BYTES ? plain : COMPRESSED + deflateRawSync(plain, { level: 1 }).toString('base64');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FENCE_BYTES)
    throw new EventsError(
      'EVENTS_FENCE_TOO_LARGE',
      `the fence needs ${bytes} bytes for ${fence.watermarks.size} watermarks, an offset commit holds ${MAX_FENCE_BYTES}: retire lanes or lower the source's partition count`,
    );
  return text;
}

/** Null for metadata that is not ours: the offset was committed by another tool and says nothing about the log. */
export function decodeFence(nextOffset: number, metadata: string | null): Fence | null {
  if (metadata === null || metadata === '') return null;
  const json = parse(metadata);
  if (json === null) return null;
  return {
    nextOffset,
    generation: json.g,
    partitions: json.p,
    lastHash: json.h ?? '',
    watermarks: Watermarks.fromJSON(json.w ?? []),
    ...(json.i === undefined ? {} : { intent: json.i }),
    ...(json.n === undefined ? {} : { note: json.n }),
  };
}

function parse(metadata: string): FenceJson | null {
  try {
    const text = metadata.startsWith(COMPRESSED)
      ? inflateRawSync(Buffer.from(metadata.slice(COMPRESSED.length), 'base64')).toString()
      : metadata;
    const json: unknown = JSON.parse(text);
    return isFenceJson(json) ? json : null;
  } catch {
    return null;
  }
}

function isFenceJson(json: unknown): json is FenceJson {
  return (
    typeof json === 'object' &&
    json !== null &&
    'g' in json &&
    typeof json.g === 'number' &&
    'p' in json &&
    typeof json.p === 'number'
  );
}
