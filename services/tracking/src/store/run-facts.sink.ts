import { ClickHouseSink, decodedBatch, row, type ClickHouse } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { factsOf } from '../flow/run-facts.ts';
import { runFactsTable, runVoidsTable } from './run-facts-table.ts';

export const runFactsGroup = 'tracking.run-facts';

/** Stores the facts of every write, each once. A write has no identity but its position, which the rows carry. */
export function runFactsSink(bus: EventBus, clickhouse: ClickHouse): ClickHouseSink {
  return new ClickHouseSink({
    inserter: clickhouse,
    group: runFactsGroup,
    // A search on another instance waits for it.
    maxWaitMs: 250,
    map: decodedBatch(bus.readerFor(topics['tracking.runs']), (event, record) => ({
      identity: null,
      rows: factsOf(event, record).map((fact) => row(fact.kind === 'void' ? runVoidsTable : runFactsTable, fact)),
    })),
  });
}
