import type { Expression, ExpressionType } from './expression.ts';
import { roundToDigitsSql } from './round-to-digits.ts';
import { lastZonedTimeMs } from './zoned-time.ts';

/** SQL of a column, feature or the event time: numbers as Nullable(Float64), booleans as Nullable(UInt8), strings as Nullable(String). */
export type ReferenceSql = (reference: Extract<Expression, { op: 'column' | 'feature' | 'event-time' }>) => string;

const sqlTypes = {
  number: 'Nullable(Float64)',
  boolean: 'Nullable(UInt8)',
  string: 'Nullable(String)',
  null: 'Nullable(Float64)',
} as const;

/**
 * Prints an expression as ClickHouse SQL that gives what `compileExpression` gives. Every argument is printed once (a
 * repeated one would double the text at each level), which is why some forms look roundabout.
 */
export function printExpression(expression: Expression, type: ExpressionType, referenceSql: ReferenceSql): string {
  const sql = `CAST(${print(expression, referenceSql)}, '${sqlTypes[type]}')`;
  return type === 'number' ? `if(isFinite(${sql}), ${sql}, NULL)` : sql;
}

function print(expression: Expression, referenceSql: ReferenceSql): string {
  const arg = (part: Expression) => print(part, referenceSql);
  switch (expression.op) {
    case 'column':
    case 'feature':
    case 'event-time':
      return referenceSql(expression);
    case 'literal':
      return printLiteral(expression.value);
    case '+':
    case '-':
    case '*':
      return `(${arg(expression.args[0])} ${expression.op} ${arg(expression.args[1])})`;
    case '/':
    case '%':
      return `(${arg(expression.args[0])} ${expression.op} nullIf(${arg(expression.args[1])}, 0))`;
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '=':
    case '!=':
      return `(${arg(expression.args[0])} ${expression.op} ${arg(expression.args[1])})`;
    case 'and':
    case 'or':
      return `(${expression.args.map(arg).join(` ${expression.op.toUpperCase()} `)})`;
    case 'not':
      return `(NOT ${arg(expression.args[0])})`;
    case 'abs':
      return `abs(${arg(expression.args[0])})`;
    case 'log':
      return `log(nullIf(max2(${arg(expression.args[0])}, 0), 0))`;
    case 'round':
      return roundToDigitsSql(arg(expression.args[0]), expression.digits);
    case 'is-null':
      return `isNull(${arg(expression.args[0])})`;
    case 'coalesce':
      return `coalesce(${expression.args.map(arg).join(', ')})`;
    case 'split-part': {
      const parts = `splitByString(${sqlText(expression.separator)}, assumeNotNull(v))`;
      const at = expression.index + 1;
      const part = `arrayMap(p -> if(length(p) >= ${at}, toNullable(p[${at}]), NULL), [${parts}])[1]`;
      return `arrayMap(v -> if(isNull(v), NULL, ${part}), [CAST(${arg(expression.args[0])}, 'Nullable(String)')])[1]`;
    }
    case 'in': {
      // ClickHouse's own IN says false of null, where ours says null, and takes -0 for another number than 0.
      const value = typeof expression.values[0] === 'number' ? '(v + 0)' : 'v';
      const values = expression.values.map(printLiteral).join(', ');
      return `arrayMap(v -> if(isNull(v), NULL, ${value} IN (${values})), [${arg(expression.args[0])}])[1]`;
    }
    case 'case': {
      const branches = expression.when.map((branch) => `${arg(branch.if)}, ${arg(branch.value)}`);
      return `multiIf(${branches.join(', ')}, ${expression.else === undefined ? 'NULL' : arg(expression.else)})`;
    }
    case 'hour':
      return `toFloat64(toHour(${zoned(arg(expression.args[0]), expression.zone)}))`;
    case 'weekday':
      return `toFloat64(toDayOfWeek(${zoned(arg(expression.args[0]), expression.zone)}))`;
  }
}

function zoned(timeSql: string, zone: string): string {
  const inRange = `nullIf(nullIf(min2(max2(${timeSql}, -1), ${lastZonedTimeMs}), -1), ${lastZonedTimeMs})`;
  return `fromUnixTimestamp64Milli(toInt64(${inRange}), ${sqlText(zone)})`;
}

export function printLiteral(value: number | boolean | string | null): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'toUInt8(1)' : 'toUInt8(0)';
  return typeof value === 'number' ? `toFloat64(${value})` : sqlText(value);
}

export function sqlText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function sqlName(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
