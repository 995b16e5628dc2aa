import { ClickHouseSink, decodedBatch, row, type ClickHouse } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { recordRowsOf, writeRowOf } from '../../flow/datasets/dataset-rows.ts';
import { datasetRecordsTable, datasetWritesTable } from './dataset-tables.ts';

export const datasetsGroup = 'tracking.dataset-records';

/** Stores what every write says, each once. A write has no identity but its position, which the rows carry. */
export function datasetsSink(bus: EventBus, clickhouse: ClickHouse): ClickHouseSink {
  return new ClickHouseSink({
    inserter: clickhouse,
    group: datasetsGroup,
    // The answer to a write waits for it.
    maxWaitMs: 100,
    map: decodedBatch(bus.readerFor(topics['tracking.datasets']), (event, record) => ({
      identity: null,
      rows: [
        ...recordRowsOf(event, record).map((one) => row(datasetRecordsTable, one)),
        row(datasetWritesTable, writeRowOf(event, record)),
      ],
    })),
  });
}
