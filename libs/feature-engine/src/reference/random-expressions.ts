import fc from 'fast-check';
import type { ExpressionValue, Expression } from '../expressions/expression.ts';

/** For tests: well-typed expressions over the columns of `expression-vectors.json`, and rows for them. */

const column = (name: string): Expression => ({ op: 'column', name });
const literal = (value: ExpressionValue): Expression => ({ op: 'literal', value });
const orNull = (arbitrary: fc.Arbitrary<Expression>) =>
  fc.oneof({ arbitrary, weight: 12 }, { arbitrary: fc.constant(literal(null)), weight: 1 });

const numbers = [0, 1, -1, 2.5, -7, 1e-9, 1e200, 3_600_000, 1_774_746_000_000] as const;
const texts = ['', 'x', 'y', "it's", '\\'] as const;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'] as const;

const { number, boolean } = fc.letrec<{ number: Expression; boolean: Expression; string: Expression }>((tie) => {
  const pair = (kind: 'number' | 'boolean' | 'string') => fc.tuple(tie(kind), tie(kind));
  const caseOf = (kind: 'number' | 'boolean' | 'string') =>
    fc
      .tuple(
        fc.array(fc.tuple(tie('boolean'), tie(kind)), { minLength: 1, maxLength: 2 }),
        fc.option(tie(kind), { nil: undefined }),
      )
      .map(([branches, otherwise]): Expression => {
        const when = branches.map(([condition, value]) => ({ if: condition, value }));
        return otherwise === undefined ? { op: 'case', when } : { op: 'case', when, else: otherwise };
      });
  const coalesce = (kind: 'number' | 'boolean' | 'string') =>
    pair(kind).map((args): Expression => ({ op: 'coalesce', args }));
  return {
    number: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(...['a', 'b', 'n', 'ts'].map(column), { op: 'event-time' } as const),
      orNull(fc.constantFrom(...numbers).map(literal)),
      fc
        .tuple(fc.constantFrom('+', '-', '*', '/', '%'), pair('number'))
        .map(([op, args]): Expression => ({ op, args })),
      tie('number').map((arg): Expression => ({ op: 'abs', args: [arg] })),
      fc
        .tuple(tie('number'), fc.constantFrom(0, 2, 15))
        .map(([arg, digits]): Expression => ({ op: 'round', args: [arg], digits })),
      fc
        .tuple(fc.constantFrom('hour', 'weekday'), tie('number'), fc.constantFrom(...zones))
        .map(([op, arg, zone]): Expression => ({ op, args: [arg], zone })),
      caseOf('number'),
      coalesce('number'),
    ),
    boolean: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(column('f'), column('g'), literal(true), literal(false)),
      fc
        .tuple(fc.constantFrom('<', '<=', '>', '>=', '=', '!='), pair('number'))
        .map(([op, args]): Expression => ({ op, args })),
      fc
        .tuple(fc.constantFrom('=', '!='), fc.oneof(pair('string'), pair('boolean')))
        .map(([op, args]): Expression => ({ op, args })),
      fc.tuple(fc.constantFrom('and', 'or'), pair('boolean')).map(([op, args]): Expression => ({ op, args })),
      tie('boolean').map((arg): Expression => ({ op: 'not', args: [arg] })),
      fc.oneof(tie('number'), tie('string'), tie('boolean')).map((arg): Expression => ({ op: 'is-null', args: [arg] })),
      fc
        .tuple(tie('string'), fc.subarray([...texts], { minLength: 1 }))
        .map(([arg, values]): Expression => ({ op: 'in', args: [arg], values })),
      fc
        .tuple(tie('number'), fc.subarray([...numbers], { minLength: 1 }))
        .map(([arg, values]): Expression => ({ op: 'in', args: [arg], values })),
      caseOf('boolean'),
      coalesce('boolean'),
    ),
    string: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constant(column('s')),
      orNull(fc.constantFrom(...texts).map(literal)),
      fc
        .tuple(tie('string'), fc.constantFrom("'", '\\', 'x', 'it'), fc.nat(2))
        .map(([arg, separator, index]): Expression => ({ op: 'split-part', args: [arg], separator, index })),
      caseOf('string'),
      coalesce('string'),
    ),
  };
});

/**
 * Every operation but the logarithm is rounded as IEEE 754 says, so the two sides agree to the last bit; of the logarithm
 * two libraries may differ in it, which a difference or a remainder of large numbers makes any difference at all.
 * It therefore comes last, or where only its being null is asked.
 */
const logarithm = number.map((arg): Expression => ({ op: 'log', args: [arg] }));

export const randomExpression: fc.Arbitrary<{ type: 'number' | 'boolean'; expression: Expression }> = fc.oneof(
  { arbitrary: number.map((expression) => ({ type: 'number' as const, expression })), weight: 4 },
  { arbitrary: logarithm.map((expression) => ({ type: 'number' as const, expression })), weight: 1 },
  {
    arbitrary: logarithm.map((arg) => ({
      type: 'boolean' as const,
      expression: { op: 'is-null', args: [arg] } as const,
    })),
    weight: 1,
  },
  { arbitrary: boolean.map((expression) => ({ type: 'boolean' as const, expression })), weight: 4 },
);

export const randomRow = fc.record({
  a: fc.option(fc.oneof(fc.constantFrom(...numbers), fc.double({ noNaN: true, noDefaultInfinity: true }))),
  b: fc.option(fc.integer({ min: -400, max: 400 }).map((value) => value / 8)),
  n: fc.option(fc.integer({ min: -5, max: 5 })),
  f: fc.option(fc.boolean()),
  g: fc.option(fc.boolean()),
  s: fc.option(fc.constantFrom(...texts)),
  ts: fc.option(fc.integer({ min: -10_000, max: 7_258_118_500_000 })),
});
