import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouse } from '@millrace/clickhouse';
import { LogReader } from '@millrace/events';
import type { EventBus, RecordTopic } from '@millrace/events';
import { topics } from '@millrace/schemas';

const POLL_MS = 200;
/** A database that was emptied never catches up; saying something again under its old id is better than saying nothing. */
const PATIENCE_MS = 30_000;
const STORED = [
  { topic: topics['drift.reports'], table: 'drift_reports' },
  { topic: topics['drift.alerts'], table: 'drift_alerts' },
] as const;

/** Resolves when the reports and alerts that are in the log now are in ClickHouse (the sink writes each partition in order), or after a while. */
export async function whenStored(
  { bus, clickhouse }: { bus: EventBus; clickhouse: ClickHouse },
  stop: AbortSignal,
): Promise<void> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = AbortSignal.any([stop, patience]);
  for (const { topic, table } of STORED) {
    for (const eventId of await lastIds(bus, topic)) {
      while (!signal.aborted && !(await holds(clickhouse, table, eventId))) {
        await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  if (patience.aborted && !stop.aborted) bus.log.warn('drift.history-behind', { waitedMs: PATIENCE_MS });
}

async function holds(clickhouse: ClickHouse, table: string, eventId: string): Promise<boolean> {
  const sql = `SELECT count() AS rows FROM ${clickhouse.qualified(table)} WHERE event_id = {id:String}`;
  const row = await clickhouse.queryOne<{ rows: number }>(sql, { id: eventId });
  return (row?.rows ?? 0) > 0;
}

async function lastIds(bus: EventBus, topic: RecordTopic<'DriftReport' | 'DriftAlert'>): Promise<string[]> {
  const name = bus.topics.name(topic.name);
  const [begins, ends] = await Promise.all([bus.topics.beginOffsets(name), bus.topics.endOffsets(name)]);
  const codec = bus.readerFor(topic);
  const ids: string[] = [];
  for (const [partition, end] of ends.entries()) {
    if (end <= (begins[partition] ?? 0)) continue;
    const reader = new LogReader(bus, { topic: name, partition, startAt: end - 1 });
    try {
      const { records } = await reader.poll();
      for (const result of await codec.decodeBatch(records)) if (result.ok) ids.push(result.value.eventId);
    } finally {
      await reader.close();
    }
  }
  return ids;
}
