import { ClickHouseSink, decodedBatch, row, type ClickHouse } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { placedSpansOf, traceFactsOf } from '../../flow/traces/trace-facts.ts';
import { spansTable, traceFactsTable } from './trace-tables.ts';

export const tracesGroup = 'tracking.trace-facts';

/** Stores facts and spans of every write, each once. A write has no identity but its position, which the rows carry. */
export function tracesSink(bus: EventBus, clickhouse: ClickHouse): ClickHouseSink {
  return new ClickHouseSink({
    inserter: clickhouse,
    group: tracesGroup,
    // A search on another instance waits for it.
    maxWaitMs: 250,
    map: decodedBatch(bus.readerFor(topics['tracking.traces']), (event, record) => ({
      identity: null,
      rows: [
        ...traceFactsOf(event, record).map((fact) => row(traceFactsTable, fact)),
        ...placedSpansOf(event, record).map((span) => row(spansTable, span)),
      ],
    })),
  });
}
