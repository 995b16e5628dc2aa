import { memberPath, type Faults } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import type { CheckedType } from '../expressions/check-expression.ts';
import type { Expression, ExpressionValue } from '../expressions/expression.ts';

const nullHandlings = ['skip', 'zero', 'poison'] as const;
/**
 * What an event means whose input is null: `skip` (the default) leaves it out, `zero` counts it as 0 or false, and one that
 * is `poison` makes every window that it lies in missing. Events that the filter leaves out are out either way.
 */
export type NullHandling = (typeof nullHandlings)[number];

export function parseNullHandling(reader: ObjectReader): NullHandling | undefined {
  const nulls = reader.oneOf('nulls', nullHandlings);
  if (nulls !== undefined && !reader.has('input'))
    reader.fault('nulls', 'says what nulls of the input mean, and there is no input: leave it out');
  return nulls;
}

export function checkNullHandling(
  nulls: NullHandling | undefined,
  input: CheckedType | undefined,
  path: string,
  faults: Faults,
): void {
  if (nulls === 'zero' && input === 'string')
    faults.add(memberPath(path, 'nulls'), 'must be "skip" or "poison", because the input is a string and has no zero');
}

/** The input that counts nulls as zero. */
export function zeroForNull(input: Expression, type: 'number' | 'boolean'): Expression {
  const zero: ExpressionValue = type === 'number' ? 0 : false;
  return { op: 'coalesce', args: [input, { op: 'literal', value: zero }] };
}

/** An input that has a value for nulls alone. */
export function oneForNull(input: Expression): Expression {
  const one: Expression = { op: 'literal', value: 1 };
  return { op: 'case', when: [{ if: { op: 'is-null', args: [input] }, value: one }] };
}
