import type { Expression, ExpressionValue } from './expression.ts';

/** What builders take: an expression, or a literal. A text is a literal here; a column is `column('name')`. */
export type Operand = Expression | ExpressionValue;

function asExpression(operand: Operand): Expression {
  return typeof operand === 'object' && operand !== null ? operand : { op: 'literal', value: operand };
}

const two =
  (op: '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=' | '=' | '!=') =>
  (left: Operand, right: Operand): Expression => ({ op, args: [asExpression(left), asExpression(right)] });

const many =
  (op: 'and' | 'or' | 'coalesce') =>
  (...args: readonly Operand[]): Expression => ({ op, args: args.map(asExpression) });

const one =
  (op: 'not' | 'abs' | 'log' | 'is-null') =>
  (arg: Operand): Expression => ({ op, args: [asExpression(arg)] });

const inZone =
  (op: 'hour' | 'weekday') =>
  (timeMs: Operand, zone: string): Expression => ({ op, args: [asExpression(timeMs)], zone });

export const column = (name: string): Expression => ({ op: 'column', name });
export const feature = (name: string): Expression => ({ op: 'feature', name });
export const literal = (value: ExpressionValue): Expression => ({ op: 'literal', value });
/** The event's time in milliseconds since the epoch, whatever the unit of its column. */
export const eventTime: Expression = { op: 'event-time' };

export const add = two('+');
export const subtract = two('-');
export const multiply = two('*');
export const divide = two('/');
export const modulo = two('%');
export const lessThan = two('<');
export const atMost = two('<=');
export const greaterThan = two('>');
export const atLeast = two('>=');
export const equal = two('=');
export const notEqual = two('!=');
export const and = many('and');
export const or = many('or');
export const coalesce = many('coalesce');
export const not = one('not');
export const abs = one('abs');
export const log = one('log');
export const isNull = one('is-null');
/** 0 to 23 in an IANA zone. */
export const hour = inZone('hour');
/** 1 Monday to 7 Sunday in an IANA zone. */
export const weekday = inZone('weekday');

/** The decimal number with so many digits behind the point, half a unit going away from zero. */
export function round(operand: Operand, digits = 0): Expression {
  return { op: 'round', args: [asExpression(operand)], digits };
}

/** The part with an index, from 0 on, of a text cut at every separator: the domain of an address is `splitPart(column('email'), '@', 1)`. */
export function splitPart(operand: Operand, separator: string, index: number): Expression {
  return { op: 'split-part', args: [asExpression(operand)], separator, index };
}

export function isIn(operand: Operand, values: readonly (string | number)[]): Expression {
  return { op: 'in', args: [asExpression(operand)], values };
}

/** `caseOf([[condition, value], ...], otherwise)`: the value of the first condition that holds. */
export function caseOf(branches: readonly (readonly [Operand, Operand])[], otherwise: Operand = null): Expression {
  const when = branches.map(([condition, value]) => ({ if: asExpression(condition), value: asExpression(value) }));
  return { op: 'case', when, else: asExpression(otherwise) };
}
