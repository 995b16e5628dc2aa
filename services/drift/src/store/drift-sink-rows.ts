import { decodedBatch, row } from '@millrace/clickhouse';
import type { MapBatch } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { driftAlertsTable, driftReportsTable } from './drift-tables.ts';

/** The topics of ours that this service writes into ClickHouse. */
export const storedTopics = [topics['drift.reports'], topics['drift.alerts']] as const;

/** Rows of reports and alerts. Their keys hold the event id, so an event that was written twice is one row. */
export function driftSinkRows(bus: EventBus): MapBatch {
  const maps: Readonly<Record<string, MapBatch>> = {
    [bus.topics.name(topics['drift.reports'].name)]: decodedBatch(bus.readerFor(topics['drift.reports']), (value) => ({
      identity: null,
      rows: [row(driftReportsTable, value)],
    })),
    [bus.topics.name(topics['drift.alerts'].name)]: decodedBatch(bus.readerFor(topics['drift.alerts']), (value) => ({
      identity: null,
      rows: [row(driftAlertsTable, value)],
    })),
  };
  return (batch) => {
    const map = maps[batch.topic];
    if (map === undefined) throw new Error(`topic "${batch.topic}" is not stored by this service`);
    return map(batch);
  };
}
