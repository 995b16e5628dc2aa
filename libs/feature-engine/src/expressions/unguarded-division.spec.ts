import { describe, expect, it } from 'vitest';
import { abs, add, caseOf, coalesce, column, divide, equal, isNull, log, modulo, not } from './build-expression.ts';
import { unguardedDivision } from './unguarded-division.ts';

const a = column('a');
const b = column('b');

describe('a division', () => {
  it('by what may be zero is found, however deep it stands', () => {
    expect(unguardedDivision(divide(a, b))).toBe('');
    expect(unguardedDivision(add(a, modulo(1, b)))).toBe('args[1]');
    expect(unguardedDivision(not(equal(abs(log(a)), 1)))).toBe('args[0].args[0].args[0]');
    expect(unguardedDivision(divide(a, 0))).toBe('');
    expect(unguardedDivision(divide(divide(a, b), 2))).toBe('args[0]');
  });

  it('by a number, or with a default, is no danger', () => {
    expect(unguardedDivision(divide(a, 2))).toBeNull();
    expect(unguardedDivision(log(10))).toBeNull();
    expect(unguardedDivision(coalesce(divide(a, b), 0))).toBeNull();
    expect(unguardedDivision(coalesce(a, divide(a, b)))).toBe('args[1]');
    expect(unguardedDivision(caseOf([[equal(b, 0), 0]], divide(a, b)))).toBeNull();
    expect(unguardedDivision(isNull(divide(a, b)))).toBeNull();
    expect(unguardedDivision(add(a, 1))).toBeNull();
  });
});
