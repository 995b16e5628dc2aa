import type { Poison, SourceRecord } from '@millrace/events';
import { describe, expect, it } from 'vitest';
import { buryOnce, type Burials } from './bury-once.ts';
import { FeaturesUnderTest } from './definitions-for-tests.ts';
import { blueprintsOf, type SourceBlueprint } from './source-blueprint.ts';

const features = FeaturesUnderTest.serving();
features.define({
  kind: 'feature-view',
  name: 'spend',
  entity: 'card',
  source: 'payments',
  features: [{ name: 'spent', aggregation: 'sum', input: { op: 'column', name: 'amount' }, window: '1h' }],
});
const [older, newer] = blueprintsOf(features.state) as [SourceBlueprint, SourceBlueprint];

const good = { payment_id: 'p', card: 'c', shop: 's', amount: 1, ts: 5 };
const rows: Readonly<Record<number, object | undefined>> = {
  1: { ...good, amount: Number.NaN },
  2: { ...good, card: null },
  3: undefined,
};
const records = [1, 2, 3].map((offset): SourceRecord => {
  return { topic: 'payments', partition: 0, offset, timestampMs: 10, key: null, value: null, headers: {} };
});
const poison = records.map((record): Poison => ({ record, reason: 'not-a-number', message: '' }));

describe('dead letters of a build that catches up', () => {
  it('are those that the older build took for events', () => {
    expect(offsetsOf(buryOnce(newer, poison, upTo(100)))).toEqual([1]);
  });

  it('are not those that come too late, for they came too late for fewer views as well', () => {
    expect(buryOnce(newer, [{ ...(poison[0] as Poison), reason: 'too-late' }], upTo(100))).toEqual([]);
  });

  it('are all from where it has taken over', () => {
    expect(offsetsOf(buryOnce(newer, poison, upTo(2)))).toEqual([1, 2, 3]);
  });

  it('are none that were buried before Redis was lost', () => {
    expect(offsetsOf(buryOnce(older, poison, upTo(2)))).toEqual([2, 3]);
  });
});

function upTo(from: number): Burials {
  return {
    from,
    rules: { place: () => 0, maxBytes: 1_000_000 },
    decodedOf: ({ offset }) => {
      const value = rows[offset];
      if (!value) return { ok: false, reason: 'not-framed', message: '' };
      return { ok: true, value: value as Readonly<Record<string, unknown>>, schemaId: 0 };
    },
  };
}

function offsetsOf(letters: readonly Poison[]): number[] {
  return letters.map(({ record }) => record.offset);
}
