import { compileSource, compileView } from '@millrace/feature-engine';
import { FeastError } from '@millrace/feast-protocol';
import { describe, expect, it } from 'vitest';
import { FeaturesUnderTest, paymentsSource, viewOf } from '../definitions-for-tests.ts';
import { pushedEvents, writtenEvents } from './pushed-events.ts';

const features = new FeaturesUnderTest();
const column = (name: string) => ({ op: 'column', name }) as const;
const defined = features.define(
  paymentsSource,
  {
    kind: 'source',
    name: 'in_seconds',
    topic: 'others',
    eventTime: { column: 'ts', unit: 's' },
    columns: { card: 'string', ts: 'long' },
  },
  { kind: 'entity', name: 'card', key: 'card_id', type: 'string' },
  { ...viewOf('card', 'counted'), keyColumn: 'card' },
  {
    kind: 'feature-view',
    name: 'profile',
    version: 1,
    entity: 'card',
    keyColumn: 'card',
    source: 'payments',
    features: [
      { name: 'newest_amount', aggregation: 'last', input: column('amount'), window: '30d' },
      { name: 'newest_shop', aggregation: 'last', input: column('shop'), window: '30d' },
    ],
  },
);
if (!defined.ok) throw new Error(JSON.stringify(defined));
const { definitions } = features.state;
const payments = compileSource('payments', definitions);
const frame = (columns: Record<string, unknown[]>) => ({ columns, rows: Object.values(columns)[0]?.length ?? 0 });

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FeastError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'not refused';
}

describe('pushed rows', () => {
  it('are events of the source, with the client’s time where they have none of their own', () => {
    const [first, second] = pushedEvents(
      payments,
      frame({
        payment_id: ['p-1', 'p-2'],
        card: ['a', 'b'],
        amount: [1, null],
        event_timestamp: ['2026-01-02T03:04:05.678901', '2026-01-02T03:04:05+01:00'],
        created: [null, null],
      }),
    );
    expect(first).toEqual({ payment_id: 'p-1', card: 'a', amount: 1, ts: Date.UTC(2026, 0, 2, 3, 4, 5, 678) });
    expect(second).toMatchObject({ amount: null, ts: Date.UTC(2026, 0, 2, 2, 4, 5) });
    expect(pushedEvents(payments, frame({ payment_id: ['p'], ts: [17], event_timestamp: ['2026-01-01'] }))).toEqual([
      { payment_id: 'p', ts: 17 },
    ]);
    const seconds = compileSource('in_seconds', definitions);
    expect(pushedEvents(seconds, frame({ card: ['a'], event_timestamp: ['1970-01-01T00:00:09'] }))).toEqual([
      { card: 'a', ts: 9 },
    ]);
  });

  it('have the same id when they are sent again, and another one when anything differs', () => {
    const idOf = (columns: Record<string, unknown[]>): unknown =>
      pushedEvents(payments, frame(columns))[0]?.['payment_id'];
    const id = idOf({ card: ['a'], amount: [1], ts: [5] });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(idOf({ ts: [5], amount: [1], card: ['a'] })).toBe(id);
    expect(idOf({ card: ['a'], amount: [2], ts: [5] })).not.toBe(id);
  });

  it('are refused with a column that the source lacks, or a time that is none', () => {
    expect(refusal(() => pushedEvents(payments, frame({ card: ['a'], color: ['red'] })))).toBe(
      'FEAST_REQUEST_INVALID df.color: source "payments" has no such column; it has: payment_id, card, shop, amount, ts',
    );
    expect(refusal(() => pushedEvents(payments, frame({ card: ['a', 'b'], ts: [1, 'noon'] })))).toBe(
      'FEAST_REQUEST_INVALID df[1].ts: "noon" is not an ISO 8601 time',
    );
  });
});

describe('rows of a view', () => {
  const profile = compileView('profile@1', definitions);

  it('are events whose columns say what each feature is from then on', () => {
    const columns = {
      card_id: ['a'],
      newest_amount: [7],
      newest_shop: ['s'],
      event_timestamp: ['1970-01-01T00:00:01'],
    };
    const [event] = writtenEvents(profile, frame({ ...columns, created: [null] }));
    expect(event).toEqual({ payment_id: expect.any(String), card: 'a', amount: 7, shop: 's', ts: 1_000 });
  });

  it('are refused where the view computes its features, and when one is missing', () => {
    const counted = compileView('counted@1', definitions);
    expect(refusal(() => writtenEvents(counted, frame({ card_id: ['a'], counted_count: [1] })))).toBe(
      'FEAST_REQUEST_INVALID feature view "counted" computes "counted_count" from the events of source "payments": push events to push source "payments"',
    );
    expect(refusal(() => writtenEvents(profile, frame({ card_id: ['a'], newest_amount: [1] })))).toBe(
      'FEAST_REQUEST_INVALID df: there is no column "newest_shop", which feature view "profile" has',
    );
    expect(refusal(() => writtenEvents(profile, frame({ newest_amount: [1], newest_shop: ['s'] })))).toContain(
      'there is no column "card_id"',
    );
  });
});
