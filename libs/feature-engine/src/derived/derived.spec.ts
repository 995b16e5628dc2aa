import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { column, divide, eventTime, feature, isNull, log, subtract } from '../expressions/build-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import type { PlannedFeature, ViewValues } from '../plans/values.ts';
import { checkNullHandling, parseNullHandling } from './null-handling.ts';
import { derived, ratio } from './build-derived.ts';
import { checkDerivedFeature, parseDerivedFeature, type DerivedFeature } from './derived-feature.ts';
import { expandFeatures, type WrittenFeature } from './expand-features.ts';
import { FeatureOutputs } from './feature-outputs.ts';

const sum = (name: string, nulls?: 'skip' | 'zero' | 'poison', input: Expression = column('a')): WrittenFeature => ({
  name,
  aggregation: 'sum',
  input,
  window: '1d',
  ...(nulls === undefined ? {} : { nulls }),
});
const expanded = (...features: WrittenFeature[]) => expandFeatures(features, () => 'number');

/** Windowed features that are numbers, one slot after the other. */
function numbers(features: readonly { readonly name: string }[]): PlannedFeature[] {
  return features.map(({ name }, slot) => ({ name, type: 'double', slot }));
}

const found = (values: number[], strings: (string | null)[] = []): ViewValues => ({
  answerable: true,
  numbers: values,
  strings,
});

function faultsOf(written: object, before: Record<string, FeatureType> = { n: 'double', d: 'double', t: 'string' }) {
  const faults = new Faults();
  const parsed = parseDerivedFeature(new ObjectReader(written, 'f', faults));
  const type = checkDerivedFeature(parsed, new Map(Object.entries(before)), 'f', faults);
  return { type, faults: faults.list.map(({ path }) => path), parsed };
}

describe('a derived feature', () => {
  it('is a ratio of two others, and what its author says where there is none', () => {
    const plan = expanded(sum('n'), sum('d'), { name: 'share', ...ratio('n', 'd', { empty: -1 }) });
    const outputs = new FeatureOutputs(plan, numbers(plan.windowed));
    fc.assert(
      fc.property(fc.double(), fc.oneof(fc.double(), fc.constant(0)), (n, d) => {
        const share = d === 0 || !Number.isFinite(n / d) ? -1 : n / d;
        expect(outputs.evaluate(found([n, d])).numbers).toEqual([n, d, share]);
      }),
    );
    expect(outputs.evaluate({ ...found([1, 2]), answerable: false }).numbers).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it('reads derived ones before it, keeps its type and its place among the others', () => {
    const plan = expanded(
      sum('n'),
      { name: 'missing', ...derived(isNull(feature('n'))) },
      { name: 'less', ...derived(subtract(feature('n'), 1)) },
      {
        name: 'label',
        ...derived({ op: 'case', when: [{ if: feature('missing'), value: { op: 'literal', value: 'new' } }] }),
      },
      { name: 'half', ...derived(divide(feature('less'), 2), { empty: 0 }) },
    );
    const outputs = new FeatureOutputs(plan, numbers(plan.windowed));
    expect(outputs.features).toEqual([
      { name: 'n', type: 'double', slot: 0 },
      { name: 'missing', type: 'boolean', slot: 1 },
      { name: 'less', type: 'double', slot: 2 },
      { name: 'label', type: 'string', slot: 0 },
      { name: 'half', type: 'double', slot: 3 },
    ]);
    expect(outputs.evaluate(found([7]))).toEqual(found([7, 0, 6, 3], [null]));
    expect(outputs.evaluate(found([Number.NaN]))).toEqual(found([Number.NaN, 1, Number.NaN, 0], ['new']));
  });

  it('is made of features alone, of those before it', () => {
    expect(faultsOf({ name: 'x', expression: column('a') })).toMatchObject({
      type: undefined,
      faults: ['f.expression'],
    });
    expect(faultsOf({ name: 'x', expression: eventTime }).faults).toEqual(['f.expression']);
    expect(faultsOf({ name: 'x', expression: feature('later') }).faults).toEqual(['f.expression']);
    expect(faultsOf({ name: 'x', expression: feature('l') }, { l: 'list' }).faults).toEqual(['f.expression']);
    expect(faultsOf({ name: 'x', expression: subtract(feature('t'), 1) }).faults).toEqual(['f.expression.args[0]']);
    expect(faultsOf({ name: 'x', expression: null }).faults).toEqual(['f.expression']);
    expect(faultsOf({ name: 'x', expression: 5 }).faults).toEqual(['f.expression']);
    expect(faultsOf({ name: 'x', expression: feature('t'), window: '1d' }).faults).toEqual(['f.window']);
  });

  it('says what it is where it divides by zero', () => {
    const share = divide(feature('n'), feature('d'));
    expect(faultsOf({ name: 'x', expression: share }).faults).toEqual(['f.empty']);
    expect(faultsOf({ name: 'x', expression: log(feature('n')) }).faults).toEqual(['f.empty']);
    expect(faultsOf({ name: 'x', expression: share, empty: 'none' }).faults).toEqual(['f.empty']);
    expect(faultsOf({ name: 'x', expression: share, empty: [] }).faults).toContain('f.empty');
    for (const empty of [null, 0]) {
      const written: DerivedFeature = { name: 'x', description: 'share', expression: share, empty };
      expect(faultsOf(written)).toEqual({ type: 'double', faults: [], parsed: written });
    }
  });
});

describe('nulls of an input', () => {
  const input = fc.option(fc.integer({ min: -5, max: 5 }), { nil: null });

  /** What the two expressions make of an event, as `compileInputs` would. */
  const sumOf = (values: readonly (number | null)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);

  it('are left out, count as zero, or poison the windows that they lie in', () => {
    const plan = expanded(sum('skipped'), sum('zeroed', 'zero'), sum('poisoned', 'poison'));
    expect(plan.windowed.map(({ name, aggregation }) => [name, aggregation])).toEqual([
      ['skipped', 'sum'],
      ['zeroed', 'sum'],
      ['poisoned', 'sum'],
      ['poisoned$nulls', 'count'],
    ]);
    expect(plan.windowed[0]).toEqual(sum('skipped'));
    expect(plan.windowed[1]).toEqual(
      sum('zeroed', undefined, { op: 'coalesce', args: [column('a'), { op: 'literal', value: 0 }] }),
    );
    const outputs = new FeatureOutputs(plan, numbers(plan.windowed));
    expect(outputs.features.map(({ name }) => name)).toEqual(['skipped', 'zeroed', 'poisoned']);
    fc.assert(
      fc.property(fc.array(input), (values) => {
        const nulls = values.filter((value) => value === null).length;
        const total = sumOf(values);
        expect(outputs.evaluate(found([total, total, total, nulls])).numbers).toEqual([
          total,
          total,
          nulls > 0 ? Number.NaN : total,
        ]);
      }),
    );
  });

  it('are counted over the same events as the feature, once for all that share them', () => {
    const window = { window: '7d', delay: '1h', ownEvent: 'exclude', filter: column('f') } as const;
    const plan = expanded(
      { ...sum('a', 'poison'), ...window },
      { ...sum('b', 'poison'), ...window },
      { ...sum('c', 'poison'), ...window, window: '1d' },
      { name: 'n', aggregation: 'count', window: '1d', nulls: 'poison' },
    );
    expect(plan.windowed.map(({ name }) => name)).toEqual(['a', 'a$nulls', 'b', 'c', 'c$nulls', 'n']);
    expect(plan.windowed[1]).toMatchObject({ aggregation: 'count', ...window });
    expect(plan.outputs.map((output) => output.from === 'window' && output.nulls)).toEqual([1, 1, 4, null]);
  });

  it('are handled in a way that fits the input', () => {
    const faultsOf = (document: object, input?: 'number' | 'string') => {
      const faults = new Faults();
      checkNullHandling(parseNullHandling(new ObjectReader(document, 'f', faults)), input, 'f', faults);
      return faults.list.map(({ path }) => path);
    };
    expect(faultsOf({ input: 'a', nulls: 'zero' }, 'number')).toEqual([]);
    expect(faultsOf({ input: 's', nulls: 'poison' }, 'string')).toEqual([]);
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ input: 's', nulls: 'zero' }, 'string')).toEqual(['f.nulls']);
    expect(faultsOf({ nulls: 'zero' })).toEqual(['f.nulls']);
    expect(faultsOf({ input: 'a', nulls: 'none' }, 'number')).toEqual(['f.nulls']);
  });

  it('of a boolean count as false', () => {
    const { windowed } = expandFeatures([sum('x', 'zero', column('f'))], () => 'boolean');
    expect(windowed[0]?.input).toEqual({ op: 'coalesce', args: [column('f'), { op: 'literal', value: false }] });
  });
});
