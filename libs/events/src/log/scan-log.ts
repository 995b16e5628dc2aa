import type { SourceRecord } from '../consumer/source-record.ts';
import type { EventBus } from '../event-bus.ts';
import { LogReader } from './log-reader.ts';

/** Every record that a topic (broker name) holds now, partition after partition, each in order. */
export async function* scanLog(bus: Pick<EventBus, 'kafka' | 'topics'>, topic: string): AsyncGenerator<SourceRecord> {
  const [begin, end] = await Promise.all([bus.topics.beginOffsets(topic), bus.topics.endOffsets(topic)]);
  for (const [partition, endOffset] of end.entries()) {
    const startAt = begin[partition] ?? 0;
    if (startAt >= endOffset) continue;
    const reader = new LogReader(bus, { topic, partition, startAt });
    try {
      while (reader.position < endOffset) {
        const { records } = await reader.poll();
        for (const record of records) if (record.offset < endOffset) yield record;
      }
    } finally {
      await reader.close();
    }
  }
}
