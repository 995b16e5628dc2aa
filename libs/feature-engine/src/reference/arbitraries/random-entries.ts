import fc from 'fast-check';
import type { Aggregation } from '../../aggregations/registry.ts';
import { aggregationKind } from '../../aggregations/registry.ts';
import { Faults } from '../../definitions/faults.ts';
import { ObjectReader } from '../../definitions/object-reader.ts';
import { compileExpression } from '../../expressions/compile-expression.ts';
import type { Expression } from '../../expressions/expression.ts';
import type { NaiveEntry } from '../naive/naive-aggregation.ts';
import { randomAggregations } from './random-aggregations.ts';

/** For tests: an aggregation with parameters, as its document has been read, and entries with values that it takes. */
export interface RandomAggregate {
  readonly parameters: object;
  readonly input: 'number' | 'string';
  readonly entries: readonly NaiveEntry[];
}

const column = (name: string): fc.Arbitrary<Expression> => fc.constant({ op: 'column', name });
const inputs = { number: column('number'), boolean: column('boolean'), text: column('text') };

const values: Readonly<Record<string, fc.Arbitrary<number | string>>> = {
  number: fc.oneof(
    fc.integer({ min: -9, max: 9 }),
    fc.integer({ min: -9_999, max: 9_999 }).map((hundredths) => hundredths / 100),
    // Sums of squares lose all digits here.
    fc.integer({ min: -2, max: 2 }).map((near) => 1e9 + near),
  ),
  boolean: fc.constantFrom(0, 1),
  text: fc.constantFrom('x', 'y', '', "q'\\", 'ü'),
  none: fc.constant(1),
};

export function randomAggregate(aggregation: Aggregation): fc.Arbitrary<RandomAggregate> {
  return randomAggregations[aggregation](inputs).chain((document) => {
    const { input } = document as { input?: { name: string } };
    const faults = new Faults();
    const kind = aggregationKind(aggregation);
    const parameters = { ...document, ...kind.parse(new ObjectReader(document, '', faults)) };
    const of = input?.name ?? 'none';
    const given: Expression = { op: 'column', name: of };
    const shaped = compileExpression(of === 'number' ? (kind.shape?.(given, of, parameters) ?? given) : given, () => 0);
    const entry = fc.record({ value: values[of] as fc.Arbitrary<number | string>, step: fc.nat(3) });
    return fc.array(entry, { maxLength: 600, size: 'max' }).map((drawn) => {
      let timeMs = 1_700_000_000_000;
      const entries = drawn.map(({ value, step }, index) => {
        timeMs += step;
        return { value: shaped([value]) as number | string, timeMs, position: index * 2, isOwn: false };
      });
      return { parameters, input: of === 'text' ? ('string' as const) : ('number' as const), entries };
    });
  });
}
