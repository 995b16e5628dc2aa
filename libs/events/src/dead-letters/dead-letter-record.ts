import type { Poison } from '../consumer/partition-handler.ts';
import type { SourceRecord } from '../consumer/source-record.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { placeOf } from './dead-letter.ts';
import type { DeadLetter, LetterCut, LetterPlace } from './dead-letter.ts';
import { buriedHeaders, CUT, exhumedHeaders, PREFIX, REPLAYED } from './letter-headers.ts';

const MESSAGE_BYTES = 1024;
const FRAME_BYTES = 5;

export interface Burial {
  readonly deadLetterTopic: string;
  readonly deadLetterPartitions: number;
  readonly group: string;
  readonly generation: number;
  readonly nowMs: number;
}

/** The dead letter of a record: same key, value and headers, and headers of ours that say what happened. */
export function bury({ record, reason, message }: Poison, burial: Burial): OutgoingRecord {
  const schemaId = schemaIdOf(record.value);
  const ours: Record<string, string> = {
    topic: record.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    generation: String(burial.generation),
    timestamp: String(record.timestampMs),
    group: burial.group,
    reason,
    message: cut(message),
    at: new Date(burial.nowMs).toISOString(),
    ...(schemaId === null ? {} : { 'schema-id': String(schemaId) }),
  };
  const headers = buriedHeaders(record);
  for (const [name, value] of Object.entries(ours)) headers[PREFIX + name] = Buffer.from(value);
  return {
    topic: burial.deadLetterTopic,
    partition: record.partition % burial.deadLetterPartitions,
    key: record.key,
    value: record.value,
    headers,
  };
}

/** Says in the dead-letter topic itself that a letter was brought back: repeats know it, on any machine. */
export function replayMark(
  letter: LetterPlace & Pick<DeadLetter, 'key'>,
  place: Pick<OutgoingRecord, 'topic' | 'partition'>,
): OutgoingRecord {
  return { ...place, key: letter.key, value: null, headers: { [REPLAYED]: Buffer.from(placeOf(letter)) } };
}

export type DeadLetterEntry =
  | { readonly kind: 'letter'; readonly letter: DeadLetter }
  | { readonly kind: 'replayed'; readonly place: string; readonly atMs: number }
  | { readonly kind: 'foreign' };

/** Reads a record of a dead-letter topic. */
export function exhume(record: SourceRecord): DeadLetterEntry {
  const text = (name: string): string | undefined => record.headers[PREFIX + name]?.toString();
  const replayed = record.headers[REPLAYED];
  if (replayed !== undefined) return { kind: 'replayed', place: replayed.toString(), atMs: record.timestampMs };
  const topic = text('topic');
  if (topic === undefined) return { kind: 'foreign' };
  const schemaId = text('schema-id');
  const cut = cutsOf(record.headers[CUT]);
  const cutValue = cut.find(({ part }) => part === 'value');
  return {
    kind: 'letter',
    letter: {
      topic,
      partition: Number(text('partition')),
      offset: Number(text('offset')),
      generation: Number(text('generation') ?? 0),
      timestampMs: Number(text('timestamp')),
      group: text('group') ?? '',
      reason: text('reason') ?? '',
      message: text('message') ?? '',
      schemaId: schemaId === undefined ? null : Number(schemaId),
      atMs: Date.parse(text('at') ?? ''),
      key: record.key,
      value: record.value,
      headers: exhumedHeaders(record),
      valueBytes: cutValue?.sizeBytes ?? record.value?.length ?? null,
      cut,
      replayedAtMs: null,
    },
  };
}

/** Anyone can write to the topic: what is no note of ours is none. */
function cutsOf(header: Buffer | undefined): readonly LetterCut[] {
  if (header === undefined) return [];
  try {
    const cut: unknown = JSON.parse(header.toString());
    return Array.isArray(cut) ? (cut as readonly LetterCut[]) : [];
  } catch {
    return [];
  }
}

function schemaIdOf(value: Buffer | null): number | null {
  return value !== null && value.length >= FRAME_BYTES && value[0] === 0 ? value.readUInt32BE(1) : null;
}

function cut(message: string): string {
  const bytes = Buffer.from(message);
  if (bytes.length <= MESSAGE_BYTES) return message;
  let end = MESSAGE_BYTES;
  // Not within a character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
