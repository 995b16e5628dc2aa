import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLike, matchesClause } from './match-clause.ts';
import { comparisonsIn, matchesExpression, type Clause, type Expression } from './search-expression.ts';
import { parseExpression, parseFilter } from './search-filter.ts';
import { parseOrderBy } from './search-order.ts';

describe('a filter', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['metrics.auc > 0.9', [{ entity: 'metrics', key: 'auc', comparator: '>', value: 0.9 }]],
    ["params.lr='0.1'", [{ entity: 'params', key: 'lr', comparator: '=', value: '0.1' }]],
    ["name ILIKE '%fraud_'", [{ entity: null, key: 'name', comparator: 'ILIKE', value: '%fraud_' }]],
    ['tags.`a key.with dots` = "v"', [{ entity: 'tags', key: 'a key.with dots', comparator: '=', value: 'v' }]],
    ["tag.\"mlflow.runName\" != 'it''s'", [{ entity: 'tag', key: 'mlflow.runName', comparator: '!=', value: "it's" }]],
    ['metrics.val/loss.min <= -1.5e-3', [{ entity: 'metrics', key: 'val/loss.min', comparator: '<=', value: -0.0015 }]],
    ['metrics.2 > 1', [{ entity: 'metrics', key: '2', comparator: '>', value: 1 }]],
    ["params.1st = 'x'", [{ entity: 'params', key: '1st', comparator: '=', value: 'x' }]],
    ["tags.'odd key' = 'x'", [{ entity: 'tags', key: 'odd key', comparator: '=', value: 'x' }]],
    ["tags.k RLIKE '^a'", [{ entity: 'tags', key: 'k', comparator: 'RLIKE', value: '^a' }]],
    ["name IN ('a',)", [{ entity: null, key: 'name', comparator: 'IN', value: ['a'] }]],
    ['tags.mlflow.user IS NOT NULL', [{ entity: 'tags', key: 'mlflow.user', comparator: 'IS NOT NULL', value: null }]],
    ["run_id NOT IN ('a', 'b')", [{ entity: null, key: 'run_id', comparator: 'NOT IN', value: ['a', 'b'] }]],
  ])('%s', (source, clauses) => {
    expect(parseFilter(source)).toEqual(clauses);
  });

  it('joins clauses by AND in any case', () => {
    expect(parseFilter("metrics.a > 1 and params.b = 'x' AND status = 'FINISHED'")).toHaveLength(3);
  });

  it.each([
    ['metrics.A > 0.1 NAND params.B = 1', 'Invalid clause(s) in filter string'],
    ['metrics.acc >= 0.94; metrics.rmse < 1', 'Search filter contained multiple expression'],
    ['metrics.acc >= 0.94;', 'Invalid clause(s) in filter string'],
    ['`metrics.A > 0.1', 'Invalid clause(s) in filter string'],
    ['metrics.a >', 'Invalid clause(s) in filter string'],
    ['> 1', 'Invalid clause(s) in filter string'],
    ["name = 'open", 'Invalid clause(s) in filter string'],
    ["params.'acc = LR", 'Invalid clause(s) in filter string'],
    ["tags.acc = = 'LR'", 'Invalid clause(s) in filter string'],
    ["attribute.status IS 'RUNNING'", 'Invalid clause(s) in filter string'],
    ['params.acc LR !=', 'Invalid clause(s) in filter string'],
    ["name IN 'a'", 'Invalid clause(s) in filter string'],
    ["(name = 'a'", 'Invalid clause(s) in filter string'],
    ["name = 'a')", 'Invalid clause(s) in filter string'],
    ["name = 'a' OR", 'Invalid clause(s) in filter string'],
    ['()', 'Invalid clause(s) in filter string'],
    ['1=1', "Invalid comparison clause. Expected 'Identifier' found '1'"],
    ['1.0 > metrics.acc', "Expected 'Identifier' found '1.0'"],
    ["name == 'a'", "Invalid comparator '=='"],
    ['metrics.abc ~= 1.0', "Invalid comparator '~='"],
    ['metrics.acc != metrics.acc', 'Expected numeric value type for metric. Found metrics'],
    ['params.acc = LR', 'value is either not quoted or unidentified quote types used for string value LR'],
    ['params.acc = `LR`', 'value is either not quoted or unidentified quote types used for string value `LR`'],
    ["name IN ('a'", 'expected a non-empty list of string values, but got ill-formed list.'],
    ['name IN ()', 'expected a non-empty list of string values, but got empty list'],
    [`${'('.repeat(101)}name = 'a'${')'.repeat(101)}`, 'nested more than 100 deep'],
    ['NOT '.repeat(9000), 'longer than 20000 characters'],
    [`name = '${'a'.repeat(20_000)}'`, 'longer than 20000 characters'],
  ])('%s is refused', (source, message) => {
    const code = 'INVALID_PARAMETER_VALUE';
    expect(() => parseExpression(source)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
  });
});

describe('a filter with OR, NOT and brackets', () => {
  const comparison = (key: string) => ({
    kind: 'comparison',
    clause: { entity: null, key, comparator: '=', value: 'x' },
  });
  const [a, b, c] = [comparison('a'), comparison('b'), comparison('c')];
  it.each([
    ["a = 'x' OR b = 'x' AND c = 'x'", { kind: 'or', terms: [a, { kind: 'and', terms: [b, c] }] }],
    ["(a = 'x' or b = 'x') and c = 'x'", { kind: 'and', terms: [{ kind: 'or', terms: [a, b] }, c] }],
    ["NOT a = 'x' AND b = 'x'", { kind: 'and', terms: [{ kind: 'not', term: a }, b] }],
    ["NOT (a = 'x' OR NOT b = 'x')", { kind: 'not', term: { kind: 'or', terms: [a, { kind: 'not', term: b }] } }],
  ])('%s', (source, tree) => {
    expect(parseExpression(source)).toEqual(tree);
  });

  it('cannot be a list of clauses', () => {
    expect(() => parseFilter("a = 'x' OR b = 'x'")).toThrow('joins clauses by AND only');
    expect(() => parseFilter("NOT a = 'x'")).toThrow('joins clauses by AND only');
    expect(parseFilter("(a = 'x' AND (b = 'x')) AND c = 'x'")).toHaveLength(3);
  });

  it('may list numbers, a list of clauses may not', () => {
    const clause = { entity: null, key: 'version_number', comparator: 'IN', value: [1, 2] };
    expect(parseExpression('version_number IN (1, 2)')).toEqual({ kind: 'comparison', clause });
    expect(() => parseFilter('run_id IN (1, 2)')).toThrow('but got different type in list: (1, 2)');
  });

  it('means what is written, whatever the tree', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const tree = fc.letrec<{ node: Expression }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        word.map((key): Expression => ({
          kind: 'comparison',
          clause: { entity: 'tags', key, comparator: '=', value: `it's "${key}"` },
        })),
        tie('node').map((term): Expression => ({ kind: 'not', term })),
        fc
          .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('node'), { minLength: 2, maxLength: 3 }))
          .map(([kind, terms]): Expression => ({ kind, terms })),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.subarray(['a', 'b', 'c']), (expression, present) => {
        const holds = ({ key }: Clause): boolean => present.includes(key);
        const read = parseExpression(print(expression));
        expect(matchesExpression(read, holds)).toBe(matchesExpression(expression, holds));
        expect(comparisonsIn(read)).toEqual(comparisonsIn(expression));
      }),
    );
  });
});

function print(expression: Expression): string {
  switch (expression.kind) {
    case 'comparison':
      return `tags.\`${expression.clause.key}\` = '${String(expression.clause.value).replaceAll("'", "''")}'`;
    case 'not':
      return `NOT (${print(expression.term)})`;
    default:
      return expression.terms.map((term) => `(${print(term)})`).join(` ${expression.kind.toUpperCase()} `);
  }
}

it('an order has a direction, ascending when none is said', () => {
  expect(parseOrderBy(['metrics.auc DESC', 'start_time asc', 'params.`x y`'])).toEqual([
    { entity: 'metrics', key: 'auc', descending: true },
    { entity: null, key: 'start_time', descending: false },
    { entity: 'params', key: 'x y', descending: false },
  ]);
  expect(parseOrderBy(['metrics.`a, b` DESC, name'])).toEqual([
    { entity: 'metrics', key: 'a, b', descending: true },
    { entity: null, key: 'name', descending: false },
  ]);
});

it.each([
  ['metrics.auc UP', "Invalid ordering key in order_by clause 'metrics.auc UP'."],
  ['', "Invalid order_by clause ''. Could not be parsed."],
  ['metrics.auc DESC DESC', "Invalid order_by clause 'metrics.auc DESC DESC'. Could not be parsed."],
  ['5', "Invalid order_by clause '5'. Could not be parsed."],
  ["'open", 'Could not be parsed.'],
])('the order %s is refused', (order, message) => {
  expect(() => parseOrderBy([order])).toThrow(message);
});

it('LIKE is anchored and knows its two wild cards only', () => {
  expect(isLike('abcdef\n', 'a_c%', false)).toBe(true);
  expect(isLike('abc', 'a.c', false)).toBe(false);
  expect(isLike('(abc', '(ABC', true)).toBe(true);
  expect(isLike('abc', 'ABC', false)).toBe(false);
  expect(isLike('xxabab', '%ab', false)).toBe(true);
  expect(isLike('abax', '%ab%c', false)).toBe(false);
  expect(isLike('', '%', false)).toBe(true);
  expect(isLike('', '_', false)).toBe(false);
  expect(isLike('💡', '_', false)).toBe(true);
});

it('LIKE with many wild cards ends soon', () => {
  expect(isLike('a'.repeat(5000), `${'%a'.repeat(500)}b`, false)).toBe(false);
});

it('NaN is unlike every number', () => {
  const clause = { entity: 'metrics', key: 'k', value: 1 } as const;
  expect(matchesClause(Number.NaN, { ...clause, comparator: '=' })).toBe(false);
  expect(matchesClause(Number.NaN, { ...clause, comparator: '!=' })).toBe(true);
  expect(matchesClause(Number.NaN, { ...clause, comparator: '>' })).toBe(false);
});

it('an absent value meets IS NULL and nothing else', () => {
  const clause = { entity: null, key: 'k', value: 'x' } as const;
  expect(matchesClause(undefined, { ...clause, comparator: 'IS NULL', value: null })).toBe(true);
  expect(matchesClause(undefined, { ...clause, comparator: '!=' })).toBe(false);
  expect(matchesClause('y', { ...clause, comparator: '!=' })).toBe(true);
});
