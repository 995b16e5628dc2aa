import { EventsError } from '../errors.ts';
import type { Fence } from './fence.ts';

/** What is known of a partition's log and of where its consumer stood. */
export interface LogPosition {
  readonly topic: string;
  readonly partition: number;
  readonly partitions: number;
  readonly beginOffset: number;
  readonly endOffset: number;
  readonly fence: Fence;
  /** `<offset>:<hash>` of the record that the log now holds at the fence's last record. */
  readonly lastHashNow: LastHash;
}

export type LastHash =
  | { readonly kind: 'same-place'; readonly lastHash: string }
  /** Compaction or retention took the record, or the fence names none: nothing can be said. */
  | { readonly kind: 'unknown' }
  /** A log that keeps every record has none at this offset. */
  | { readonly kind: 'absent' };

/** Why a consumer must not go on in this log, or null. A log that was replaced looks like progress otherwise. */
export function checkPosition(position: LogPosition): EventsError | null {
  const { topic, partition, fence, beginOffset, endOffset } = position;
  const place = `topic "${topic}" partition ${partition}`;
  if (fence.partitions !== position.partitions) return repartitioned(topic, position.partitions, fence.partitions);
  if (endOffset < fence.nextOffset)
    return stopped(
      'EVENTS_SOURCE_TRUNCATED',
      `${place} ends at ${endOffset}, before position ${fence.nextOffset}: the log was recreated or lost its tail`,
    );
  if (beginOffset > fence.nextOffset)
    return stopped(
      'EVENTS_SOURCE_EXPIRED',
      `${place} begins at ${beginOffset}, after position ${fence.nextOffset}: records were removed before they were read`,
    );
  const now = position.lastHashNow;
  if (fence.lastHash === '' || now.kind === 'unknown') return null;
  if (now.kind === 'same-place' && now.lastHash === fence.lastHash) return null;
  return stopped(
    'EVENTS_SOURCE_RECREATED',
    `${place} holds another record before position ${fence.nextOffset} than the one that was read: the topic was recreated`,
  );
}

export function repartitioned(topic: string, partitions: number, known: number): EventsError {
  return stopped(
    'EVENTS_SOURCE_REPARTITIONED',
    `topic "${topic}" has ${partitions} partitions, the consumer knew ${known}: keys now lie elsewhere`,
  );
}

function stopped(code: string, what: string): EventsError {
  return new EventsError(code, `${what}. Resume the source with a new generation to read it from its beginning.`);
}

/** Offset of the record that `lastHash` was made of, null when there was none. */
export function lastHashOffset(lastHash: string): number | null {
  const colon = lastHash.indexOf(':');
  return colon < 0 ? null : Number(lastHash.slice(0, colon));
}
