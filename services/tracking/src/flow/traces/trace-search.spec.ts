import { describe, expect, it } from 'vitest';
import { resolveTraceFilter, resolveTraceOrder } from './trace-search.ts';

describe('a filter of traces', () => {
  it('is the expression that all searches have, with each name resolved', () => {
    expect(resolveTraceFilter("NOT (status = 'OK' OR tag.`a b` = 'it''s')")).toEqual({
      kind: 'not',
      term: {
        kind: 'or',
        terms: [
          {
            kind: 'comparison',
            clause: { field: { on: 'attribute', name: 'state' }, comparator: '=', value: 'OK' },
          },
          { kind: 'comparison', clause: { field: { on: 'tag', key: 'a b' }, comparator: '=', value: "it's" } },
        ],
      },
    });
    expect(resolveTraceFilter('')).toEqual({ kind: 'and', terms: [] });
  });

  it.each([
    ["status = 'OK", 'is not closed'],
    ['status = OK', 'not quoted'],
    ["status = 'OK' status = 'OK'", 'clauses are joined by AND or OR'],
    ['request_id IN ()', 'empty list'],
    ["request_id IN ('a', 1)", 'different type in list'],
    ['('.repeat(200), 'nested more than 100 deep'],
    ["status = 'OK'; DROP TABLE spans", 'multiple expression'],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => resolveTraceFilter(source)).toThrow(reason);
  });
});

describe('the names of a filter', () => {
  it.each<[string, unknown]>([
    ["status = 'OK'", { on: 'attribute', name: 'state' }],
    ['trace.timestamp > 1', { on: 'attribute', name: 'request_time' }],
    ["name = 'x'", { on: 'tag', key: 'mlflow.traceName' }],
    ["run_id = 'x'", { on: 'run' }],
    ["prompt = 'p/1'", { on: 'prompt' }],
    ["text LIKE '%x%'", { on: 'span', column: 'content' }],
    ["request_metadata.user = 'x'", { on: 'metadata', key: 'user' }],
    ["span.attributes.a.b = 'x'", { on: 'span-attribute', key: 'a.b' }],
    ['feedback.score >= 0.5', { on: 'feedback', key: 'score' }],
    ['expectation.answer IS NULL', { on: 'expectation', key: 'answer' }],
    ["issue.id = 'i'", { on: 'issue' }],
    ["Trace.name rlike '^a'", { on: 'tag', key: 'mlflow.traceName' }],
    ["metadata.mlflow.trace.session='it''s'", { on: 'metadata', key: 'mlflow.trace.session' }],
  ])('%s', (source, field) => {
    expect(resolveTraceFilter(source)).toMatchObject({ kind: 'comparison', clause: { field } });
  });

  it.each([
    ["param.x = '1'", "Invalid entity type 'param'"],
    ["nonsense = '1'", "Invalid attribute key 'nonsense' specified"],
    ["constructor = '1'", "Invalid attribute key 'constructor' specified"],
    ["timestamp_ms LIKE '1'", "Invalid comparator 'LIKE'"],
    ["timestamp_ms = '1'", 'Expected numeric value type'],
    ['status = 1', 'Expected a quoted string value for state'],
    ["tag.x > '1'", "Invalid comparator '>'"],
    ["span.nonsense = '1'", "Invalid span attribute 'nonsense'"],
    ["span.content = 'x'", "span.content comparator '=' not one of"],
    ["prompt LIKE 'p/1'", "Invalid comparator 'LIKE' for prompts filter. Only '=' is supported"],
    ["prompt = 'p'", 'Expected format: prompt = "name/version"'],
    ["feedback.x > 'high'", 'Expected a number'],
    ["tag.x RLIKE '('", "Invalid pattern '('"],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => resolveTraceFilter(source)).toThrow(reason);
  });
});

it('an order is read with its direction', () => {
  expect(resolveTraceOrder(['tag.`a, b` DESC'])).toEqual([{ field: { on: 'tag', key: 'a, b' }, descending: true }]);
  expect(resolveTraceOrder(['timestamp DESC, name', 'tag.team ASC'])).toEqual([
    { field: { on: 'attribute', name: 'request_time' }, descending: true },
    { field: { on: 'tag', key: 'mlflow.traceName' }, descending: false },
    { field: { on: 'tag', key: 'team' }, descending: false },
  ]);
  expect(() => resolveTraceOrder(['span.name'])).toThrow('traces have no order by it');
  expect(() => resolveTraceOrder(['timestamp DOWN'])).toThrow('Invalid ordering key');
});
