import { describe, expect, it } from 'vitest';
import type { SourceDefinition, TimeUnit } from '../definitions/definition.ts';
import { noDefinitions, parseDefinitions } from '../definitions/parse-definitions.ts';
import { compile } from './compile.ts';
import { SourcePlan } from './source-plan.ts';

const definition: SourceDefinition = {
  kind: 'source',
  name: 's',
  topic: 't',
  id: 'id',
  entity: 'card',
  partitioner: 'murmur2',
  keyEncoding: 'string',
  eventTime: { column: 'at', unit: 'ms' },
  allowedLateness: '10m',
  maxFuture: '1h',
  columns: {
    id: 'string',
    at: 'timestamp',
    card: 'string',
    amount: 'double',
    n: 'long',
    ok: 'boolean',
    text: 'string',
  },
};

const timeOf = (at: unknown, unit: TimeUnit) => {
  const event = new SourcePlan({ ...definition, eventTime: { column: 'at', unit } }).readEvent({ at, card: 'c' }, 0);
  return 'invalid' in event ? event.invalid : event.eventTimeMs;
};

describe('a source record', () => {
  it.each([
    [1_700_000_000_123, 'ms', 1_700_000_000_123],
    [1_700_000_000_123n, 'ms', 1_700_000_000_123],
    [new Date(5), 'ms', 5],
    [1_700_000_000.123, 's', 1_700_000_000_123],
    [1_700_000_000_123_999n, 'us', 1_700_000_000_123],
    ['2022-05-30T00:00:18Z', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18)],
    ['2022-05-30 00:00:18.5', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18, 500)],
    ['2022-05-30T02:00:18.123456+0200', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18, 123)],
    ['2022-05-30 00:00:18+00', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18)],
    ['2022-05-29 19:00:18-05', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18)],
    ['2022-05-30 00:00:18 UTC', 'iso8601', Date.UTC(2022, 4, 30, 0, 0, 18)],
    ['2022-05-30', 'iso8601', Date.UTC(2022, 4, 30)],
    ['2024-02-29', 'iso8601', Date.UTC(2024, 1, 29)],
    ['2024-02-30', 'iso8601', 'invalid-event-time'],
    ['2023-02-29T12:00:00Z', 'iso8601', 'invalid-event-time'],
    ['30.05.2022', 'iso8601', 'invalid-event-time'],
    ['', 'iso8601', 'missing-event-time'],
    [null, 'ms', 'missing-event-time'],
    [undefined, 's', 'missing-event-time'],
    [Number.NaN, 'ms', 'invalid-event-time'],
    [-1, 'ms', 'invalid-event-time'],
    [1e16, 'ms', 'invalid-event-time'],
    ['17', 'ms', 'invalid-event-time'],
  ] as const)('with the time %s in %s reads as %s', (at, unit, expected) => {
    expect(timeOf(at, unit)).toBe(expected);
  });

  it('has fields of nested records under dotted names, wherever they are used', () => {
    const plan = new SourcePlan({
      ...definition,
      id: 'order.id',
      entity: 'order.buyer.card',
      columns: { at: 'timestamp', 'order.id': 'string', 'order.buyer.card': 'string', 'order.total': 'double' },
      derived: {
        doubled: {
          op: '*',
          args: [
            { op: 'column', name: 'order.total' },
            { op: 'literal', value: 2 },
          ],
        },
      },
    });
    const read = plan.rowOf({ at: 5, order: { id: 'o1', total: 3, buyer: { card: 'c1' } } });
    const row = 'row' in read ? read.row : {};
    expect(row).toMatchObject({ 'order.total': 3, doubled: 6 });
    expect(plan.readEvent(row, 0)).toEqual({ eventTimeMs: 5, entity: 'c1', id: 'o1' });
    expect(plan.complete({ 'order.total': 4 })).toMatchObject({ 'order.total': 4, doubled: 8 });
    const without = plan.rowOf({ at: 5, order: null });
    expect('row' in without && without.row['order.total']).toBeUndefined();
  });

  it('names its entity as text, and is refused without one', () => {
    const plan = new SourcePlan(definition);
    const entityOf = (card: unknown) => {
      const event = plan.readEvent({ at: 1, card }, 0);
      return 'invalid' in event ? event.invalid : event.entity;
    };
    expect([entityOf('c'), entityOf(17), entityOf(-9_007_199_254_740_993n)]).toEqual(['c', '17', '-9007199254740993']);
    for (const wrong of [null, undefined, '', 1.5, Number.NaN, {}]) expect(entityOf(wrong)).toBe('missing-entity');
  });

  it('lies too far in the future by its own timestamp only', () => {
    const plan = new SourcePlan(definition);
    expect(plan.tooFarInFuture(3_600_000, 0)).toBe(false);
    expect(plan.tooFarInFuture(3_600_001, 0)).toBe(true);
  });

  it('has the key bytes that its producer makes', () => {
    const keyOf = (keyEncoding: SourceDefinition['keyEncoding'], entity: string) =>
      new SourcePlan({ ...definition, keyEncoding }).recordKey(entity)?.toString('hex');
    expect(keyOf('string', 'é')).toBe('c3a9');
    expect(keyOf('int-be', '-2')).toBe('fffffffe');
    expect(keyOf('long-be', '258')).toBe('0000000000000102');
    expect(keyOf('int-be', '2147483648')).toBeUndefined();
    expect(keyOf('long-be', 'abc')).toBeUndefined();
  });
});

describe('a row of a service', () => {
  const parsed = parseDefinitions(
    [
      definition,
      { kind: 'entity', name: 'card', key: 'card', type: 'string' },
      {
        kind: 'feature-view',
        name: 'v',
        entity: 'card',
        source: 's',
        features: [
          { name: 'total', aggregation: 'sum', input: 'amount', window: '1d' },
          { name: 'ok', aggregation: 'last', input: 'ok', window: '1d' },
        ],
      },
      {
        kind: 'feature-service',
        name: 'svc',
        source: 's',
        views: ['v'],
        passThrough: [
          { name: 'n', expression: 'n' },
          { name: 'share', expression: { op: '/', args: ['amount', { op: 'feature', name: 'total' }] } },
          { name: 'was_ok', expression: { op: 'and', args: [{ op: 'feature', name: 'ok' }, true] } },
        ],
      },
    ],
    noDefinitions,
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const service = compile('svc@1', parsed.definitions);
  const plan = service.views[0]?.plan;

  it.each([
    [{ amount: Number.NaN }, 'not-a-number', /column amount: NaN is not a finite number/],
    [{ amount: Number.POSITIVE_INFINITY }, 'not-a-number', /Infinity/],
    [{ amount: 2n ** 53n + 1n }, 'wrong-type', /column amount: 9007199254740993 has no exact number/],
    [{ amount: '12' }, 'wrong-type', /column amount: "12" is not a number/],
    [{ ok: 'yes' }, 'wrong-type', /column ok: "yes" is not a boolean/],
  ])('%s is refused as %s', (row, reason, message) => {
    expect(plan?.inputs(row, 0)).toEqual({ invalid: reason, message: expect.stringMatching(message) });
  });

  it('passes values of the event and of the views through, missing ones as NaN', () => {
    const values = [{ answerable: true, numbers: [8, 1], strings: [] }];
    expect(service.vector({ row: { n: 3n, amount: 2 }, eventTimeMs: 0, values })).toEqual({
      numbers: [8, 1, 3, 0.25, 1],
      strings: [],
    });
    expect(service.vector({ row: { n: 2n ** 60n, amount: 2 }, eventTimeMs: 0, values })).toMatchObject({
      numbers: [8, 1, 2 ** 60, 0.25, 1],
    });
    const missing = [{ answerable: true, numbers: [0, Number.NaN], strings: [] }];
    expect(service.vector({ row: { amount: 2 }, eventTimeMs: 0, values: missing })).toEqual({
      numbers: [0, Number.NaN, Number.NaN, Number.NaN, Number.NaN],
      strings: [],
    });
    expect(service.vector({ row: { n: 1.5 }, eventTimeMs: 0, values })).toEqual({
      invalid: 'wrong-type',
      message: 'column n: 1.5 is not a long',
    });
  });
});
