/** What an expression yields. Every numeric column is a number (a double); `null` is the type of the literal null only. */
export type ExpressionType = 'number' | 'boolean' | 'string' | 'null';

export type ExpressionValue = number | boolean | string | null;

export const arithmeticOps = ['+', '-', '*', '/', '%'] as const;
export const orderOps = ['<', '<=', '>', '>='] as const;
export const equalityOps = ['=', '!='] as const;
export const logicOps = ['and', 'or'] as const;

export type ArithmeticOp = (typeof arithmeticOps)[number];
export type OrderOp = (typeof orderOps)[number];
export type EqualityOp = (typeof equalityOps)[number];
export type LogicOp = (typeof logicOps)[number];

export interface CaseBranch {
  readonly if: Expression;
  readonly value: Expression;
}

/**
 * A small typed tree that compiles to JavaScript closures and prints as ClickHouse SQL, with one meaning:
 * - null propagates as in SQL, `and`, `or`, `not` are three-valued, a condition that is null does not hold;
 * - numbers are doubles, `/` never rounds, `x / 0`, `x % 0` and the log of zero or less are null;
 * - overflow follows IEEE inside an expression, and a whole expression whose value is not finite is null;
 * - `round` gives the decimal number with so many digits behind the point, half a unit going away from zero;
 * - `split-part` cuts a text at every separator and gives the part with that index, from 0 on; null where there are fewer;
 * - `hour` (0 to 23) and `weekday` (1 Monday to 7 Sunday) read milliseconds since the epoch in a named IANA zone and are
 *   null before 1970 and from 2200 on.
 */
export type Expression =
  | { readonly op: 'column'; readonly name: string }
  | { readonly op: 'feature'; readonly name: string }
  | { readonly op: 'literal'; readonly value: ExpressionValue }
  | { readonly op: 'event-time' }
  | { readonly op: ArithmeticOp | OrderOp | EqualityOp; readonly args: readonly [Expression, Expression] }
  | { readonly op: LogicOp | 'coalesce'; readonly args: readonly Expression[] }
  | { readonly op: 'not' | 'abs' | 'log' | 'is-null'; readonly args: readonly [Expression] }
  | { readonly op: 'round'; readonly args: readonly [Expression]; readonly digits: number }
  | {
      readonly op: 'split-part';
      readonly args: readonly [Expression];
      readonly separator: string;
      readonly index: number;
    }
  | { readonly op: 'in'; readonly args: readonly [Expression]; readonly values: readonly (string | number)[] }
  | { readonly op: 'case'; readonly when: readonly CaseBranch[]; readonly else?: Expression }
  | { readonly op: 'hour' | 'weekday'; readonly args: readonly [Expression]; readonly zone: string };
