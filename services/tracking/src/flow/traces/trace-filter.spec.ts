import { describe, expect, it } from 'vitest';
import { parseTraceFilter, parseTraceOrder } from './trace-filter.ts';
import { resolveTraceFilter, resolveTraceOrder } from './trace-search.ts';

const clause = (entity: string | null, key: string, comparator: string, value: unknown) => ({
  kind: 'comparison',
  clause: { entity, key, comparator, value },
});

describe('a filter of traces', () => {
  it.each<[string, unknown]>([
    ['', { kind: 'and', terms: [] }],
    ["status = 'OK'", clause(null, 'status', '=', 'OK')],
    ['timestamp_ms >= 1.5e3', clause(null, 'timestamp_ms', '>=', 1500)],
    ['tags.`mlflow.traceName` != "a \'b\'"', clause('tags', 'mlflow.traceName', '!=', "a 'b'")],
    ["metadata.mlflow.trace.session='it''s'", clause('metadata', 'mlflow.trace.session', '=', "it's")],
    ["span.attributes.model LIKE '%gpt%'", clause('span', 'attributes.model', 'LIKE', '%gpt%')],
    ["trace.name rlike '^a'", clause('trace', 'name', 'RLIKE', '^a')],
    ["request_id NOT IN ('a', 'b')", clause(null, 'request_id', 'NOT IN', ['a', 'b'])],
    ['tag.x is not null', clause('tag', 'x', 'IS NOT NULL', null)],
    [
      "a = '1' AND b = '2' OR c = '3'",
      {
        kind: 'or',
        terms: [
          { kind: 'and', terms: [clause(null, 'a', '=', '1'), clause(null, 'b', '=', '2')] },
          clause(null, 'c', '=', '3'),
        ],
      },
    ],
    [
      "NOT (a = '1' OR b = '2')",
      { kind: 'not', term: { kind: 'or', terms: [clause(null, 'a', '=', '1'), clause(null, 'b', '=', '2')] } },
    ],
  ])('%s', (source, expected) => {
    expect(parseTraceFilter(source)).toEqual(expected);
  });

  it.each([
    ['status =', 'it ends too early'],
    ["status = 'OK", 'position 9'],
    ['status = OK', 'a value is expected and not OK: texts are quoted'],
    ["status ~ 'OK'", 'position 7'],
    ["status 'OK'", 'a comparator is expected'],
    ["status = 'OK' status = 'OK'", 'AND or OR is expected'],
    ["(status = 'OK'", 'a bracket is not closed'],
    ['status IN ()', 'a quoted text is expected'],
    ['('.repeat(200), 'nested deeper than 100'],
    ["status = 'OK'; DROP TABLE spans", 'position 13'],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => parseTraceFilter(source)).toThrow(reason);
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
    ["span.content = 'x'", "Invalid comparator '='"],
    ["prompt = 'p'", 'Expected format: prompt = "name/version"'],
    ["feedback.x > 'high'", 'Expected a number'],
    ["tag.x RLIKE '('", "Invalid pattern '('"],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => resolveTraceFilter(source)).toThrow(reason);
  });
});

it('an order is read with its direction', () => {
  expect(parseTraceOrder('`a b` DESC')).toEqual({ entity: null, key: 'a b', descending: true });
  expect(resolveTraceOrder(['timestamp DESC, name', 'tag.team ASC'])).toEqual([
    { field: { on: 'attribute', name: 'request_time' }, descending: true },
    { field: { on: 'tag', key: 'mlflow.traceName' }, descending: false },
    { field: { on: 'tag', key: 'team' }, descending: false },
  ]);
  expect(() => resolveTraceOrder(['span.name'])).toThrow('traces have no order by it');
  expect(() => resolveTraceOrder(['timestamp DOWN'])).toThrow('ASC or DESC is expected');
});
