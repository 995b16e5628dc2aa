import type { Expression } from './expression.ts';

/**
 * Where an expression can become null out of values that are there: by `/` and `%` of something that may be zero, or the `log`
 * of something that may not be above it. What stands in a `coalesce` before its last argument, in a `case` or in `is-null` is
 * taken care of by its author. Null where there is no such place.
 */
export function unguardedDivision(expression: Expression): string | null {
  switch (expression.op) {
    case 'column':
    case 'feature':
    case 'literal':
    case 'event-time':
    case 'case':
    case 'is-null':
      return null;
    case 'coalesce':
      return firstIn(expression.args, expression.args.length - 1);
    case '/':
    case '%':
      return isLiteral(expression.args[1], (value) => value !== 0) ? firstIn(expression.args) : '';
    case 'log':
      return isLiteral(expression.args[0], (value) => value > 0) ? null : '';
    default:
      return firstIn(expression.args);
  }
}

function firstIn(args: readonly Expression[], from = 0): string | null {
  for (let index = from; index < args.length; index += 1) {
    const inner = unguardedDivision(args[index] as Expression);
    if (inner !== null) return inner === '' ? `args[${index}]` : `args[${index}].${inner}`;
  }
  return null;
}

function isLiteral(expression: Expression, fits: (value: number) => boolean): boolean {
  return expression.op === 'literal' && typeof expression.value === 'number' && fits(expression.value);
}
