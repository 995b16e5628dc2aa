import type { Expression, ExpressionValue } from './expression.ts';
import { roundToDigits } from './round-to-digits.ts';
import { hourOf, lastZonedTimeMs, weekdayOf, zoneClock } from './zoned-time.ts';

/** Values of the columns and features that the expressions of one plan refer to, already in the engine's form. */
type Slots = readonly ExpressionValue[];
export type Evaluator = (slots: Slots) => ExpressionValue;
export type SlotOf = (reference: Extract<Expression, { op: 'column' | 'feature' | 'event-time' }>) => number;

/** Compiles an expression into nested closures; its whole value is null rather than NaN or infinite. */
export function compileExpression(expression: Expression, slotOf: SlotOf): Evaluator {
  const evaluate = compile(expression, slotOf);
  return (slots) => {
    const value = evaluate(slots);
    return typeof value === 'number' && !Number.isFinite(value) ? null : value;
  };
}

function compile(expression: Expression, slotOf: SlotOf): Evaluator {
  switch (expression.op) {
    case 'column':
    case 'feature':
    case 'event-time': {
      const slot = slotOf(expression);
      return (slots) => slots[slot] ?? null;
    }
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return onTwo(expression, slotOf, arithmetic[expression.op]);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return onTwo(expression, slotOf, order[expression.op]);
    case '=':
    case '!=':
      return onTwo(expression, slotOf, equality[expression.op]);
    case 'and':
    case 'or':
      return logic(
        expression.args.map((arg) => compile(arg, slotOf)),
        expression.op === 'or',
      );
    case 'not':
      return onOne(expression, slotOf, (value) => !(value as boolean));
    case 'abs':
      return onOne(expression, slotOf, (value) => Math.abs(value as number));
    case 'log':
      return onOne(expression, slotOf, (value) => ((value as number) > 0 ? Math.log(value as number) : null));
    case 'round':
      return onOne(expression, slotOf, (value) => roundToDigits(value as number, expression.digits));
    case 'is-null': {
      const arg = compile(expression.args[0], slotOf);
      return (slots) => arg(slots) === null;
    }
    case 'coalesce':
      return coalesce(expression.args.map((arg) => compile(arg, slotOf)));
    case 'split-part': {
      const { separator, index } = expression;
      return onOne(expression, slotOf, (value) => (value as string).split(separator)[index] ?? null);
    }
    case 'in': {
      const values = new Set<ExpressionValue>(expression.values);
      return onOne(expression, slotOf, (value) => values.has(value));
    }
    case 'case':
      return caseOf(expression, slotOf);
    case 'hour':
      return zoned(expression, slotOf, hourOf);
    case 'weekday':
      return zoned(expression, slotOf, weekdayOf);
  }
}

const arithmetic: Record<'+' | '-' | '*' | '/' | '%', (a: number, b: number) => number | null> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? null : a / b),
  // Not JavaScript's %, which is exact: ClickHouse computes it this way, and both must give the same number.
  '%': (a, b) => (b === 0 ? null : a - Math.trunc(a / b) * b),
};

const order: Record<'<' | '<=' | '>' | '>=', (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

const equality: Record<'=' | '!=', (a: ExpressionValue, b: ExpressionValue) => boolean> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

type Unary = { readonly args: readonly [Expression] };
type Binary = { readonly args: readonly [Expression, Expression] };

function onOne(expression: Unary, slotOf: SlotOf, apply: (value: ExpressionValue) => ExpressionValue): Evaluator {
  const arg = compile(expression.args[0], slotOf);
  return (slots) => {
    const value = arg(slots);
    return value === null ? null : apply(value);
  };
}

function onTwo<T extends ExpressionValue>(
  expression: Binary,
  slotOf: SlotOf,
  apply: (a: T, b: T) => ExpressionValue,
): Evaluator {
  const left = compile(expression.args[0], slotOf);
  const right = compile(expression.args[1], slotOf);
  return (slots) => {
    const a = left(slots);
    if (a === null) return null;
    const b = right(slots);
    return b === null ? null : apply(a as T, b as T);
  };
}

/** Three-valued: `deciding` (true for or, false for and) wins over null, null over the other. */
function logic(args: readonly Evaluator[], deciding: boolean): Evaluator {
  return (slots) => {
    let unknown = false;
    for (const arg of args) {
      const value = arg(slots);
      if (value === deciding) return deciding;
      if (value === null) unknown = true;
    }
    return unknown ? null : !deciding;
  };
}

function coalesce(args: readonly Evaluator[]): Evaluator {
  return (slots) => {
    for (const arg of args) {
      const value = arg(slots);
      if (value !== null) return value;
    }
    return null;
  };
}

function caseOf(expression: Extract<Expression, { op: 'case' }>, slotOf: SlotOf): Evaluator {
  const branches = expression.when.map((branch) => ({
    holds: compile(branch.if, slotOf),
    value: compile(branch.value, slotOf),
  }));
  const otherwise = expression.else === undefined ? () => null : compile(expression.else, slotOf);
  return (slots) => {
    for (const branch of branches) {
      if (branch.holds(slots) === true) return branch.value(slots);
    }
    return otherwise(slots);
  };
}

function zoned(
  expression: Extract<Expression, { op: 'hour' | 'weekday' }>,
  slotOf: SlotOf,
  part: (wallClockMs: number) => number,
): Evaluator {
  const clock = zoneClock(expression.zone);
  return onOne(expression, slotOf, (value) => {
    const timeMs = Math.trunc(value as number);
    return (value as number) > -1 && timeMs < lastZonedTimeMs ? part(clock(timeMs)) : null;
  });
}
