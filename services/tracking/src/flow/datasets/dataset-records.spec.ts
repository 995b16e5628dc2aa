import { expect, it } from 'vitest';
import { readRecords } from './dataset-records.ts';

const read = (...records: unknown[]) => readRecords('d-1', JSON.stringify(records));

it('equal inputs of one dataset are one record, in whatever order their keys come', () => {
  const [one, same, other] = read({ inputs: { a: 1, b: 2 } }, { inputs: { b: 2, a: 1 } }, { inputs: { a: 1 } });
  expect(one?.recordId).toMatch(/^dr-[0-9a-f]{32}$/);
  expect(same?.recordId).toBe(one?.recordId);
  expect(other?.recordId).not.toBe(one?.recordId);
  expect(readRecords('d-2', '[{"inputs": {"a": 1, "b": 2}}]')[0]?.recordId).not.toBe(one?.recordId);
});

it('what is not said is told from what is said to be nothing', () => {
  expect(read({ inputs: {} }, { inputs: {}, outputs: null, expectations: {}, tags: null, source: {} })).toMatchObject([
    { outputs: null, expectations: null, tags: null, source: null },
    { outputs: 'null', expectations: '{}', tags: null, source: null },
  ]);
});

it('numbers keep all their digits', () => {
  expect(readRecords('d-1', '[{"inputs": {"id": 9007199254740993, "x": NaN}}]')[0]?.inputs).toBe(
    '{"id": 9007199254740993, "x": NaN}',
  );
});

it('a source is put down in standard form', () => {
  expect(read({ inputs: {}, source: { source_type: 'human' } })[0]?.source).toBe(
    '{"source_type": "HUMAN", "source_data": {}}',
  );
});

it.each([
  [
    '{',
    "Invalid value for parameter 'records': it is not JSON, at character 1: it is no JSON there, or ends too early",
  ],
  ['{}', "Invalid value for parameter 'records': it must be a JSON list"],
  ['[1]', "Invalid value for parameter 'records[0]': it must be a JSON object"],
  ['[{}, {"inputs": []}]', "Invalid value for parameter 'records[1].inputs': it must be a JSON object"],
  ['[{"expectations": "x"}]', "Invalid value for parameter 'records[0].expectations': it must be a JSON object"],
  ['[{"source": "x"}]', "Invalid value for parameter 'records[0].source': it must be a JSON object"],
  ['[{"source": {"a": 1}}]', "Missing value for required parameter 'records[0].source.source_type'."],
  [
    '[{"source": {"source_type": "web"}}]',
    "Invalid dataset record source type: WEB. Valid source types: ['UNSPECIFIED', 'TRACE', 'HUMAN', 'DOCUMENT', 'CODE']",
  ],
])('%s is refused', (json, message) => {
  expect(() => readRecords('d-1', json)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message }));
});
