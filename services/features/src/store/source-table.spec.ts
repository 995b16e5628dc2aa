import type { StoredRecord } from '@millrace/clickhouse';
import { compileSource, parseDefinitions } from '@millrace/feature-engine';
import { expect, test } from 'vitest';
import { SourceTable } from './source-table.ts';

const record = {
  topic: 'payments',
  partition: 0,
  offset: 7,
  timestampMs: 1_000,
  key: null,
  value: null,
  headers: {},
};

function table(): SourceTable {
  const parsed = parseDefinitions([
    {
      kind: 'source',
      name: 'payments',
      topic: 'payments',
      eventTime: { column: 'at', unit: 'ms' },
      columns: { at: 'timestamp', amount: 'double', count: 'long', note: 'string' },
    },
  ]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return new SourceTable(compileSource('payments', parsed.definitions));
}

/** What goes into the table, as the calls that write it. */
function written(stored: StoredRecord | null): unknown[] {
  const calls: unknown[] = [];
  const writer = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...values: unknown[]) =>
          calls.push([name, ...values]),
    },
  );
  for (const row of stored?.rows ?? []) row.write(writer as Parameters<typeof row.write>[0]);
  return calls;
}

const store = (value: Record<string, unknown>) => written(table().store(value, record, 0));

test('a value that does not fit its column is stored as missing, and those beside it as they are', () => {
  const good = { at: 5, amount: 1.5, count: 2, note: 'n' };
  expect(store(good)).not.toEqual([]);
  expect(store({ ...good, amount: Number.NaN })).toEqual(store({ ...good, amount: null }));
  expect(store({ ...good, count: 1.5 })).toEqual(store({ ...good, count: null }));
  expect(store({ ...good, count: 1e300 })).toEqual(store({ ...good, count: null }));
  expect(store({ ...good, note: 5 })).toEqual(store({ ...good, note: null }));
  expect(store({ ...good, amount: null })).not.toEqual(store(good));
});

test('what has no time, or one far in its own future, is no event', () => {
  expect(store({ amount: 1 })).toEqual([]);
  expect(store({ at: Date.UTC(2030, 0, 1), amount: 1 })).toEqual([]);
});
