import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ColumnType } from '../definitions/definition.ts';
import { Faults } from '../definitions/faults.ts';
import { RowReader } from '../plans/row-reader.ts';
import { isInvalid } from '../plans/row.ts';
import { checkExpression } from './check-expression.ts';
import { compileExpression } from './compile-expression.ts';
import { parseExpression } from './parse-expression.ts';

interface Vectors {
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly eventTimeMs: number;
  readonly cases: readonly { name: string; expression: unknown; row: Record<string, unknown>; value: unknown }[];
}

const vectors = JSON.parse(readFileSync(new URL('expression-vectors.json', import.meta.url), 'utf8')) as Vectors;
const names = Object.keys(vectors.columns);
const reader = new RowReader(Object.entries(vectors.columns).map(([name, type]) => ({ name, type })));

function faultsOf(json: unknown): string[] {
  const faults = new Faults();
  const expression = parseExpression(json, 'x', faults);
  checkExpression(expression, { columns: vectors.columns, columnsOf: 'the table', features: null }, 'x', faults);
  return faults.list.map(({ path, message }) => `${path}: ${message}`);
}

describe('expressions', () => {
  it.each(vectors.cases)('$name', ({ expression, row, value }) => {
    expect(faultsOf(expression)).toEqual([]);
    const evaluate = compileExpression(parseExpression(expression, '', new Faults()), (reference) =>
      reference.op === 'column' ? names.indexOf(reference.name) : names.length,
    );
    const slots = reader.read(row);
    if (isInvalid(slots)) throw new Error(slots.message);
    const result = evaluate([...slots, vectors.eventTimeMs]);
    if (typeof value === 'number') expect(result).toBeCloseTo(value, 12);
    else expect(result).toBe(value);
  });

  it('lists every fault with its path', () => {
    const wrong = {
      op: 'case',
      when: [
        { if: 'a', value: 1 },
        { value: 's', extra: 1 },
      ],
      else: { op: 'hour', args: [{ op: 'pow', args: [] }], zone: 'Mars/Olympus' },
    };
    expect(faultsOf(wrong)).toEqual([
      'x.when[1].if: is missing',
      'x.when[1].extra: is not known here; known are if, value',
      expect.stringMatching(/^x\.else\.args\[0\]\.op: "pow" is not an operation; there are \+ - /),
      'x.else.zone: "Mars/Olympus" is not an IANA time zone such as "Europe/Berlin" or "UTC"',
      'x.when[0].if: must be a boolean, not a number',
      'x.when[1].value: must be a number like the others, not a string',
    ]);
  });

  it('refuses unknown columns, features outside a service, and arguments of another type', () => {
    expect(faultsOf({ op: '+', args: ['nope', 's'] })).toEqual([
      'x.args[0]: the table has no column "nope"; it has a, b, n, f, g, s, ts',
      'x.args[1]: must be a number, not a string',
    ]);
    expect(faultsOf({ op: 'not', args: [{ op: 'feature', name: 'f' }] })).toEqual([
      'x.args[0]: features can be used in the pass-through expressions of a feature service only',
    ]);
    expect(faultsOf({ op: 'in', args: ['s'], values: [1, 'a'] })).toEqual([
      'x.values: must be all texts or all finite numbers',
    ]);
    expect(faultsOf({ op: '=', args: ['s', 1] })).toEqual([
      'x.args[1]: must be a string like the others, not a number',
    ]);
    expect(faultsOf({ op: 'abs', args: [1, 2] })).toEqual(['x.args: must hold 1 expression, not 2']);
  });

  it('refuses a tree that is too deep for the stack of the server', () => {
    let deep: unknown = 'a';
    for (let level = 0; level < 100_000; level += 1) deep = { op: 'abs', args: [deep] };
    expect(faultsOf(deep)).toEqual([expect.stringMatching(/is nested more than 60 levels deep$/)]);
  });

  it.each(['list', 'map'] as const)(
    'can ask of a feature that is a %s whether it is null, and nothing else',
    (type) => {
      const faults = new Faults();
      const scope = { columns: {}, columnsOf: 'the table', features: new Map([['x', type]]) };
      const x = { op: 'feature', name: 'x' } as const;
      expect(checkExpression({ op: 'is-null', args: [x] }, scope, 'e', faults)).toBe('boolean');
      expect(faults.list).toEqual([]);
      checkExpression({ op: 'coalesce', args: [x] }, scope, 'e', faults);
      expect(faults.list).toEqual([
        { path: 'e.args[0]', message: `feature "x" is a ${type}: all that can be asked of it is whether it is null` },
      ]);
    },
  );
});
