import type { AuditChange, AuditSource } from '@millrace/clickhouse';
import type { EventBus, RecordTopic } from '@millrace/events';
import type { RecordName, RecordTypes } from '@millrace/schemas';

/** A log of events, each of which says by itself what it did. A record that is none is in the trail as such. */
export function eventSource<N extends RecordName>(
  bus: EventBus,
  { topic, describe }: { readonly topic: RecordTopic<N>; readonly describe: (event: RecordTypes[N]) => AuditChange },
): AuditSource {
  const reader = bus.readerFor(topic);
  return {
    topic: bus.topics.name(topic.name),
    open: () =>
      Promise.resolve(async (records) => {
        const decoded = await reader.decodeBatch(records);
        return records.map(({ timestampMs }, index) => {
          const result = decoded[index];
          if (result === undefined) throw new Error('the codec gave fewer results than records');
          return [result.ok ? describe(result.value) : unreadable(timestampMs, result.message)];
        });
      }),
  };
}

function unreadable(atMs: number, refusal: string): AuditChange {
  return {
    atMs,
    actor: '',
    requestId: '',
    command: '',
    subjectKind: '',
    subjectId: '',
    outcome: 'unreadable',
    refusal,
    request: '',
    before: '',
    after: '',
  };
}
