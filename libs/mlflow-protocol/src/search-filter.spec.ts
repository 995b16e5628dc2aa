import { describe, expect, it } from 'vitest';
import { likePattern, matchesClause } from './match-clause.ts';
import { parseFilter } from './search-filter.ts';
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
    ['tags.mlflow.user IS NOT NULL', [{ entity: 'tags', key: 'mlflow.user', comparator: 'IS NOT NULL', value: null }]],
    ["run_id NOT IN ('a', 'b')", [{ entity: null, key: 'run_id', comparator: 'NOT IN', value: ['a', 'b'] }]],
  ])('%s', (source, clauses) => {
    expect(parseFilter(source)).toEqual(clauses);
  });

  it('joins clauses by AND in any case', () => {
    expect(parseFilter("metrics.a > 1 and params.b = 'x' AND status = 'FINISHED'")).toHaveLength(3);
  });

  it.each([
    'metrics.a > 1 OR metrics.b > 1',
    'metrics.a >',
    '> 1',
    "name = 'open",
    'name = value',
    "name IN 'a'",
    "name IN ('a'",
    "(name = 'a')",
    'a = 1; DROP TABLE runs',
    "name == 'a'",
  ])('%s is refused', (source) => {
    expect(() => parseFilter(source)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }) as Error);
  });
});

it('an order has a direction, ascending when none is said', () => {
  expect(parseOrderBy(['metrics.auc DESC', 'start_time asc', 'params.`x y`'])).toEqual([
    { entity: 'metrics', key: 'auc', descending: true },
    { entity: null, key: 'start_time', descending: false },
    { entity: 'params', key: 'x y', descending: false },
  ]);
  expect(() => parseOrderBy(['metrics.auc UP'])).toThrow('order_by');
});

it('LIKE is anchored and knows its two wild cards only', () => {
  expect(likePattern('a_c%', false).test('abcdef\n')).toBe(true);
  expect(likePattern('a.c', false).test('abc')).toBe(false);
  expect(likePattern('(ABC', true).test('(abc')).toBe(true);
  expect(likePattern('a-b/c', false).test('a-b/c')).toBe(true);
});

it('an absent value meets IS NULL and nothing else', () => {
  const clause = { entity: null, key: 'k', value: 'x' } as const;
  expect(matchesClause(undefined, { ...clause, comparator: 'IS NULL', value: null })).toBe(true);
  expect(matchesClause(undefined, { ...clause, comparator: '!=' })).toBe(false);
  expect(matchesClause('y', { ...clause, comparator: '!=' })).toBe(true);
});
