import type { TopicSpec } from '@millrace/schemas';
import { EventsError } from '../errors.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { sizeOf } from '../request-room.ts';

const maxMessageBytes = 4_194_304;
/** What a record batch takes besides its records, and a little more. */
const batchBytes = 1_024;

/** A journal: one partition, so that there is one order, and kept for ever, since it is the state. */
export function journalTopic(name: string) {
  return {
    name,
    schema: 'JournalCommand',
    key: 'requestId',
    partitions: 1,
    retentionMs: -1,
    cleanup: 'delete',
    maxMessageBytes,
  } as const satisfies TopicSpec;
}

/** The broker's refusal would look like a fault of ours: a command that is too large is its sender's. */
export function requireFitting(record: OutgoingRecord, type: string): void {
  const size = sizeOf(record);
  if (size > maxMessageBytes - batchBytes)
    throw new EventsError(
      'EVENTS_COMMAND_TOO_LARGE',
      `a command "${type}" of ${size} bytes: the journal takes ${maxMessageBytes}. Send it in several parts`,
    );
}
