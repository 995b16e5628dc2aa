import { quote, type Faults } from '../definitions/faults.ts';
import { ObjectReader } from '../definitions/object-reader.ts';
import {
  arithmeticOps,
  equalityOps,
  orderOps,
  type ArithmeticOp,
  type CaseBranch,
  type EqualityOp,
  type Expression,
  type OrderOp,
} from './expression.ts';
import { knownZones } from './known-zones.ts';
import { mostDigits } from './round-to-digits.ts';

const nullLiteral: Expression = { op: 'literal', value: null };
const binaryOps = new Set<string>([...arithmeticOps, ...orderOps, ...equalityOps]);
const allOps = [
  ...binaryOps,
  'column',
  'feature',
  'literal',
  'event-time',
  'and',
  'or',
  'not',
  'abs',
  'log',
  'round',
  'is-null',
  'coalesce',
  'split-part',
  'in',
  'case',
  'hour',
  'weekday',
];

/** Deep enough for anything written by a person; protects the stack and ClickHouse's own limit on depth. */
const deepest = 60;

/**
 * Reads the shape of an expression; types are checked later, when the columns are known. A bare string is short for a
 * column, a bare number, boolean or null for a literal.
 */
export function parseExpression(value: unknown, path: string, faults: Faults, depth = 0): Expression {
  if (typeof value === 'string') return parseExpression({ op: 'column', name: value }, path, faults, depth);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return parseLiteral(value, path, faults);
  if (depth > deepest) {
    faults.add(path, `is nested more than ${deepest} levels deep`);
    return nullLiteral;
  }
  const reader = new ObjectReader(value, path, faults);
  const op = reader.text('op');
  if (op === undefined) {
    if (!reader.has('op')) reader.fault('op', 'is missing');
    return nullLiteral;
  }
  const expression = parseOp(op, reader, depth);
  if (expression === null) return nullLiteral;
  reader.close();
  return expression;
}

function parseOp(op: string, reader: ObjectReader, depth: number): Expression | null {
  if (binaryOps.has(op)) {
    const [left, right] = parseArgs(reader, depth, 2, 2);
    return { op: op as ArithmeticOp | OrderOp | EqualityOp, args: [left ?? nullLiteral, right ?? nullLiteral] };
  }
  switch (op) {
    case 'column':
      return { op, name: reader.required('name', reader.column('name'), '') };
    case 'feature':
      return { op, name: reader.required('name', reader.name('name'), '') };
    case 'literal':
      return parseLiteral(reader.required('value', reader.raw('value'), null), reader.at('value'), reader.faults);
    case 'event-time':
      return { op };
    case 'and':
    case 'or':
    case 'coalesce':
      return { op, args: parseArgs(reader, depth, 2, 100) };
    case 'not':
    case 'abs':
    case 'log':
    case 'is-null':
      return { op, args: [parseArgs(reader, depth, 1, 1)[0] ?? nullLiteral] };
    case 'round':
      return { op, args: [parseArgs(reader, depth, 1, 1)[0] ?? nullLiteral], digits: parseDigits(reader) };
    case 'split-part':
      return { op, args: [parseArgs(reader, depth, 1, 1)[0] ?? nullLiteral], ...parseSplit(reader) };
    case 'in':
      return { op, args: [parseArgs(reader, depth, 1, 1)[0] ?? nullLiteral], values: parseValues(reader) };
    case 'case':
      return parseCase(reader, depth);
    case 'hour':
    case 'weekday':
      return { op, args: [parseArgs(reader, depth, 1, 1)[0] ?? nullLiteral], zone: parseZone(reader) };
    default:
      reader.fault('op', `${quote(op)} is not an operation; there are ${allOps.join(' ')}`);
      return null;
  }
}

function parseLiteral(value: unknown, path: string, faults: Faults): Expression {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return { op: 'literal', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { op: 'literal', value };
  faults.add(path, `must be a finite number, a text, a boolean or null, not ${quote(value)}`);
  return nullLiteral;
}

function parseArgs(reader: ObjectReader, depth: number, atLeast: number, atMost: number): Expression[] {
  const args = reader.required('args', reader.list('args'), []);
  if (Array.isArray(reader.raw('args')) && (args.length < atLeast || args.length > atMost)) {
    const count = atLeast === atMost ? `${atLeast}` : `${atLeast} to ${atMost}`;
    reader.fault('args', `must hold ${count} expression${atMost === 1 ? '' : 's'}, not ${args.length}`);
  }
  return args.map((arg, index) => parseExpression(arg, `${reader.at('args')}[${index}]`, reader.faults, depth + 1));
}

function parseDigits(reader: ObjectReader): number {
  const digits = reader.required('digits', reader.raw('digits'), 0);
  if (typeof digits === 'number' && Number.isInteger(digits) && digits >= 0 && digits <= mostDigits) return digits;
  reader.fault('digits', `must be a whole number from 0 to ${mostDigits}, not ${quote(digits)}`);
  return 0;
}

function parseSplit(reader: ObjectReader): { separator: string; index: number } {
  const separator = reader.required('separator', reader.text('separator'), ' ');
  const index = reader.required('index', reader.raw('index'), 0);
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 1_000) return { separator, index };
  reader.fault('index', `must be a whole number from 0 to 999, not ${quote(index)}`);
  return { separator, index: 0 };
}

function parseValues(reader: ObjectReader): readonly (string | number)[] {
  const values = reader.required('values', reader.list('values'), []);
  if (Array.isArray(reader.raw('values')) && (values.length === 0 || values.length > 10_000)) {
    reader.fault('values', 'must hold 1 to 10000 values');
  }
  const kinds = new Set(values.map((value) => typeof value));
  const fits = kinds.size <= 1 && values.every((value) => typeof value === 'string' || Number.isFinite(value));
  if (!fits) reader.fault('values', 'must be all texts or all finite numbers');
  return fits ? (values as (string | number)[]) : [];
}

function parseCase(reader: ObjectReader, depth: number): Expression {
  const branches = reader.required('when', reader.list('when'), []);
  if (Array.isArray(reader.raw('when')) && branches.length === 0)
    reader.fault('when', 'must hold at least one {if, value}');
  const when = branches.map((branch, index): CaseBranch => {
    const path = `${reader.at('when')}[${index}]`;
    const members = new ObjectReader(branch, path, reader.faults);
    const parsed = {
      if: parseExpression(members.required('if', members.raw('if'), null), members.at('if'), reader.faults, depth + 1),
      value: parseExpression(
        members.required('value', members.raw('value'), null),
        members.at('value'),
        reader.faults,
        depth + 1,
      ),
    };
    members.close();
    return parsed;
  });
  const otherwise = reader.raw('else');
  if (otherwise === undefined) return { op: 'case', when };
  return { op: 'case', when, else: parseExpression(otherwise, reader.at('else'), reader.faults, depth + 1) };
}

function parseZone(reader: ObjectReader): string {
  const zone = reader.required('zone', reader.text('zone'), 'UTC');
  if (!knownZones.has(zone))
    reader.fault('zone', `${quote(zone)} is not an IANA time zone such as "Europe/Berlin" or "UTC"`);
  return zone;
}
