import type { EventBus } from './event-bus.ts';
import type { SourceRecord } from './consumer/source-record.ts';
import { scanLog } from './log/scan-log.ts';

/** For this package's own tests: all records of a topic up to its present end, by partition and offset. */
export function readTopic(bus: Pick<EventBus, 'kafka' | 'topics'>, topic: string): Promise<SourceRecord[]> {
  return Array.fromAsync(scanLog(bus, topic));
}
