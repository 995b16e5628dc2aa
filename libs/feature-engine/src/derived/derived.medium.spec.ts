import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { add, atLeast, caseOf, coalesce, column, feature, isNull, subtract } from '../expressions/build-expression.ts';
import type { PlannedFeature } from '../plans/values.ts';
import { testClickHouse, type TestClickHouse } from '../sql/clickhouse-for-tests.ts';
import { derived, ratio } from './build-derived.ts';
import { expandFeatures, type WrittenFeature } from './expand-features.ts';
import { FeatureOutputs } from './feature-outputs.ts';

const window = { window: '1d' } as const;
const features: readonly WrittenFeature[] = [
  { name: 'n', aggregation: 'sum', input: column('a'), ...window },
  { name: 'd', aggregation: 'sum', input: column('b'), nulls: 'poison', ...window },
  { name: 'flag', aggregation: 'last', input: column('f'), nulls: 'poison', ...window },
  { name: 'text', aggregation: 'last', input: column('s'), ...window },
  { name: 'share', ...ratio('n', 'd') },
  { name: 'share_or', ...ratio('n', 'd', { empty: -1 }) },
  { name: 'above', ...derived(atLeast(feature('share_or'), 0.5)) },
  { name: 'known', ...derived(isNull(feature('d')), { empty: true }) },
  { name: 'label', ...derived(caseOf([[feature('flag'), feature('text')]]), { empty: "it's" }) },
  { name: 'gap', ...derived(add(subtract(feature('n'), coalesce(feature('d'), 0)), feature('share'))) },
];

describe('SQL of derived features', () => {
  let clickhouse: TestClickHouse;

  beforeAll(async () => {
    clickhouse = await testClickHouse();
  });

  afterAll(() => clickhouse.drop());

  it('gives what the engine gives, with poisoned windows, missing values, and times that came too late', async () => {
    const plan = expandFeatures(features, () => 'number');
    const slots = { numbers: 0, strings: 0 };
    const types: Readonly<Record<string, 'boolean' | 'string'>> = { flag: 'boolean', text: 'string' };
    const planned = plan.windowed.map(({ name }): PlannedFeature => {
      const type = types[name] ?? 'double';
      return { name, type, slot: type === 'string' ? slots.strings++ : slots.numbers++ };
    });
    const outputs = new FeatureOutputs(plan, planned);
    const number = fc.option(fc.constantFrom(0, 0.5, -3, 1e9, 1e300), { freq: 4 });
    const nulls = fc.constantFrom(0, 0, 2);
    const row = fc.record({
      n: number,
      d: number,
      d$nulls: nulls,
      flag: fc.option(fc.constantFrom(0, 1)),
      flag$nulls: nulls,
      text: fc.option(fc.constantFrom('x', '')),
      late: fc.constantFrom(0, 0, 0, 1),
    });
    const nothing = Object.fromEntries(planned.map(({ name }) => [name, null]));
    // Where it is too late, windows have no values either.
    const drawn = fc.sample(row, 200);
    const rows = drawn.map((values) => (values.late === 1 ? { ...values, ...nothing } : values));
    const columns = planned.map(
      ({ name, type }) => `\`${name}\` Nullable(${type === 'string' ? 'String' : 'Float64'})`,
    );
    await clickhouse.query(
      `CREATE TABLE ${clickhouse.database}.windows (row UInt32, late UInt8, ${columns.join(', ')}) ENGINE = Memory`,
    );
    await clickhouse.insert(
      `${clickhouse.database}.windows`,
      rows.map((values, index) => ({ row: index, ...values })),
    );
    const sql = outputs.sql({
      windowed: (index) => `\`${planned[index]?.name}\``,
      output: (index) => `output_${index}`,
      tooLate: 'late = 1',
    });
    const found = await clickhouse.query(
      `SELECT ${sql.map((text, index) => `${text} AS output_${index}`).join(', ')} FROM ${clickhouse.database}.windows ORDER BY row`,
    );
    const expected = rows.map((values) => {
      const numbers = planned
        .filter(({ type }) => type !== 'string')
        .map(({ name }) => (values[name as keyof typeof values] as number | null) ?? Number.NaN);
      const made = outputs.evaluate({ answerable: values.late === 0, numbers, strings: [values.text] });
      return outputs.features.map(({ type, slot }) => {
        const value = type === 'string' ? made.strings[slot] : made.numbers[slot];
        return Number.isNaN(value) ? null : value;
      });
    });
    expect(found.map((values) => Object.values(values))).toEqual(expected);
  });
});
