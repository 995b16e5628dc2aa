import { ClickHouseSink, decodedBatch, row, type ClickHouse, type SinkRow } from '@millrace/clickhouse';
import type { EventBus } from '@millrace/events';
import { topics } from '@millrace/schemas';
import { factsOf, type RunFact } from '../../flow/runs/run-facts.ts';
import { purgedStage } from '../../flow/runs/run-head.ts';
import { metricPointsTable } from './metric-points-table.ts';
import { runFactsTable, runPurgesTable, runVoidsTable } from './run-facts-table.ts';
import { runLatestTable } from './run-latest-table.ts';

export const runFactsGroup = 'tracking.run-facts';

/** Stores the facts of every write, each once, and what stands after it. A write has no identity but its position, which the rows carry. */
export function runFactsSink(bus: EventBus, clickhouse: ClickHouse): ClickHouseSink {
  return new ClickHouseSink({
    inserter: clickhouse,
    group: runFactsGroup,
    // A search on another instance waits for it.
    maxWaitMs: 250,
    map: decodedBatch(bus.readerFor(topics['tracking.runs']), (event, record) => ({
      identity: null,
      rows: rowsOf(factsOf(event, record)),
    })),
  });
}

export function rowsOf(facts: readonly RunFact[]): SinkRow[] {
  const rows: SinkRow[] = [];
  const newest = new Map<string, RunFact>();
  for (const fact of facts) {
    if (fact.kind === 'metric') {
      rows.push(row(metricPointsTable, fact));
      // Of the many steps that one write may bring, one row is enough of what stands.
      const held = newest.get(fact.key);
      if (held === undefined || isNotOlder(fact, held)) newest.set(fact.key, fact);
    } else if (fact.kind === 'void') {
      rows.push(row(runVoidsTable, fact));
    } else {
      rows.push(row(runFactsTable, fact));
      if (isPurge(fact)) rows.push(row(runPurgesTable, fact));
      if (fact.kind !== 'artifact') rows.push(row(runLatestTable, fact));
    }
  }
  for (const fact of newest.values()) rows.push(row(runLatestTable, fact));
  return rows;
}

function isPurge({ kind, key, text }: RunFact): boolean {
  return kind === 'attribute' && key === 'lifecycle_stage' && text === purgedStage;
}

function isNotOlder(a: RunFact, b: RunFact): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestampMs !== b.timestampMs) return a.timestampMs > b.timestampMs;
  return !(a.number < b.number) && !Number.isNaN(a.number);
}
