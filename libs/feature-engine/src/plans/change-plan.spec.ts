import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../definitions/parse-definitions.ts';
import { compileSource } from './compile.ts';
import type { SourcePlan } from './source-plan.ts';

const document = {
  kind: 'source',
  name: 'orders',
  topic: 'orders',
  entity: 'order',
  partitioner: 'murmur2',
  keyEncoding: 'long-be',
  eventTime: { column: 'at', unit: 'ms' },
  cdc: { key: ['order'], op: { column: 'op' } },
  columns: {
    order: 'long',
    line: 'int',
    op: 'string',
    at: 'timestamp',
    seen: 'string',
    gone: 'boolean',
    price: 'double',
  },
};

function planOf(change: object): SourcePlan {
  const parsed = parseDefinitions(JSON.parse(JSON.stringify([{ ...document, ...change }])));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compileSource('orders', parsed.definitions);
}

function faultsOf(change: object): { path: string; message: string }[] {
  const parsed = parseDefinitions([{ ...document, ...change }]);
  return parsed.ok ? [] : [...parsed.faults];
}

const bytes = (key: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(key);
  return buffer;
};

describe('a source of changes', () => {
  it('tells inserts and updates from deletions by the column it names, with the values that Debezium writes', () => {
    const plan = planOf({});
    for (const op of ['c', 'r', 'u'])
      expect(plan.readEvent({ order: 7, op, at: 5 }, 9)).toMatchObject({
        eventTimeMs: 5,
        change: { key: '["7"]', op: 'upsert' },
      });
    expect(plan.readEvent({ order: 7n, op: 'd', at: 5 }, 9)).toMatchObject({ change: { key: '["7"]', op: 'delete' } });
    expect(plan.readEvent({ order: 7, op: 'x', at: 5 }, 9)).toMatchObject({ invalid: 'unknown-operation' });
    expect(plan.readEvent({ order: 7, at: 5 }, 9)).toMatchObject({ invalid: 'unknown-operation' });
    const flagged = planOf({
      cdc: { key: ['order'], op: { column: 'gone', insert: ['false'], update: [], delete: ['true'] } },
    });
    expect(flagged.readEvent({ order: 7, gone: true, at: 5 }, 9)).toMatchObject({ change: { op: 'delete' } });
    expect(flagged.readEvent({ order: 7, gone: false, at: 5 }, 9)).toMatchObject({ change: { op: 'upsert' } });
  });

  it('takes a deletion without an event time, and no other record', () => {
    const plan = planOf({});
    expect(plan.readEvent({ order: 7, op: 'd' }, 9)).toMatchObject({ eventTimeMs: 9, change: { op: 'delete' } });
    expect(plan.readEvent({ order: 7, op: 'u' }, 9)).toMatchObject({ invalid: 'missing-event-time' });
  });

  it('refuses a record that lacks a column of its key', () => {
    const plan = planOf({ cdc: { key: ['order', 'line'] } });
    expect(plan.readEvent({ order: 7, line: 2, at: 5 }, 9)).toMatchObject({
      change: { key: '["7","2"]', op: 'upsert' },
    });
    expect(plan.readEvent({ order: 7, line: null, at: 5 }, 9)).toMatchObject({ invalid: 'missing-key' });
  });

  it('reads a record without a value as a deletion where its key is the key', () => {
    const plan = planOf({});
    expect(plan.readTombstone(bytes(7n), 9)).toEqual({
      row: { order: 7 },
      event: { eventTimeMs: 9, entity: '7', id: null, change: { key: '["7"]', op: 'delete' } },
    });
    expect(plan.readTombstone(bytes(2n ** 60n), 9)).toMatchObject({ row: { order: 2n ** 60n } });
    for (const key of [null, Buffer.from('7')])
      expect(plan.readTombstone(key, 9)).toMatchObject({ invalid: 'missing-key' });
    expect(planOf({ cdc: { key: ['order', 'line'] } }).readTombstone(bytes(7n), 9)).toMatchObject({
      invalid: 'missing-key',
    });
    expect(planOf({ cdc: undefined }).readTombstone(bytes(7n), 9)).toBeNull();
  });

  it('is refused where a key need not lie in one partition', () => {
    expect(faultsOf({ partitioner: null })).toMatchObject([
      { path: '[0].cdc.key', message: expect.stringContaining('must lie in one partition') },
    ]);
    expect(faultsOf({ cdc: { key: ['line'] } })).toMatchObject([
      { path: '[0].cdc.key', message: expect.stringContaining('order') },
    ]);
  });

  it('names every fault of its document', () => {
    const cdc = { key: ['order', 'price', 'nothing'], op: { column: 'none', delete: ['u'] }, extra: 1 };
    expect(faultsOf({ cdc }).map(({ path }) => path)).toEqual([
      '[0].cdc.op',
      '[0].cdc.extra',
      '[0].cdc.key[1]',
      '[0].cdc.key[2]',
      '[0].cdc.op.column',
    ]);
    expect(faultsOf({ cdc: { key: [] } }).map(({ path }) => path)).toEqual(['[0].cdc.key']);
    expect(faultsOf({ cdc: { key: ['order', 'order'] } }).map(({ path }) => path)).toEqual(['[0].cdc.key']);
    expect(faultsOf({ cdc: { key: ['order'], op: { column: 'at' } } }).map(({ path }) => path)).toEqual([
      '[0].cdc.op.column',
    ]);
  });
});

describe('a source whose events become known later', () => {
  it('reads when, in the unit of its column, and takes null for the event time', () => {
    const plan = planOf({ availableAt: { column: 'seen', unit: 'iso8601' } });
    expect(plan.availableAtMs({ seen: '2026-01-01T00:00:00Z' })).toBe(Date.UTC(2026, 0, 1));
    expect(plan.availableAtMs({ seen: null })).toBeNull();
    expect(plan.readEvent({ order: 7, op: 'c', at: 5, seen: 'soon' }, 9)).toMatchObject({
      invalid: 'invalid-available-at',
    });
  });

  it('is refused with a column that is not there, or in a unit that does not fit', () => {
    expect(faultsOf({ availableAt: { column: 'nothing', unit: 'ms' } }).map(({ path }) => path)).toEqual([
      '[0].availableAt.column',
    ]);
    expect(faultsOf({ availableAt: { column: 'seen', unit: 'ms' } }).map(({ path }) => path)).toEqual([
      '[0].availableAt.unit',
    ]);
  });
});
