import type { TopicSpec } from '@millrace/schemas';

/** A journal: one partition, so that there is one order, and kept for ever, since it is the state. */
export function journalTopic(name: string) {
  return {
    name,
    schema: 'JournalCommand',
    key: 'requestId',
    partitions: 1,
    retentionMs: -1,
    cleanup: 'delete',
    maxMessageBytes: 4_194_304,
  } as const satisfies TopicSpec;
}
