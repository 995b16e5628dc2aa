import { expect, it } from 'vitest';
import { z } from 'zod';
import { integer, metricValue, pageSize, text } from './fields.ts';
import { mlflowErrorBody } from './mlflow-error.ts';
import { decodeOffset, encodePageToken, pageOf } from './page-token.ts';
import { readRequest } from './read-request.ts';
import { checkEntityKey } from './validate-names.ts';

const schema = z.object({ run_id: text, metrics: z.array(z.object({ key: text, value: metricValue, step: integer })) });

it.each([
  [{}, "Missing value for required parameter 'run_id'"],
  [{ run_id: 'a' }, "Missing value for required parameter 'metrics'"],
  [{ run_id: 123, metrics: [] }, "Invalid value 123 for parameter 'run_id' supplied"],
  [
    { run_id: 'a', metrics: [{ key: 7, value: 1, step: 0 }] },
    "Invalid value 7 for parameter 'metrics[0].key' supplied",
  ],
  [
    { run_id: 'a', metrics: [{ key: 'k', value: 'high', step: 0 }] },
    'Invalid value "high" for parameter \'metrics[0].value\'',
  ],
  [
    { run_id: 'a', metrics: [{ key: 'k', value: null, step: 0 }] },
    "Invalid value null for parameter 'metrics[0].value'",
  ],
  // JSON.parse makes Infinity of 1e400
  [{ run_id: 'a', metrics: [{ key: 'k', value: Infinity, step: 0 }] }, "for parameter 'metrics[0].value'"],
  [{ run_id: 'a', metrics: [{ key: 'k', value: 1, step: 1.5 }] }, "Invalid value 1.5 for parameter 'metrics[0].step'"],
])('%j is refused in MLflow words', (raw, words) => {
  expect(() => readRequest(schema, raw)).toThrow(words);
});

it.each([
  ['NaN', Number.NaN],
  ['Infinity', Number.MAX_VALUE],
  ['-Infinity', -Number.MAX_VALUE],
  [true, 1],
  ['0.5', 0.5],
])('the metric value %j is %d', (raw, value) => {
  expect(metricValue.parse(raw)).toBe(value);
});

it('64-bit integers come as numbers or as text', () => {
  expect(integer.parse('1700000000000')).toBe(1_700_000_000_000);
  expect(integer.parse(-3)).toBe(-3);
});

it('a page is asked for within its limits, and its token belongs to its query', () => {
  expect(() => readRequest(z.object({ max_results: pageSize(1000, 50_000) }), { max_results: 60_000 })).toThrow(
    '50000',
  );
  const first = pageOf([1, 2, 3], { query: 'q', token: undefined, size: 2 });
  expect(first.page).toEqual([1, 2]);
  expect(pageOf([1, 2, 3], { query: 'q', token: first.nextPageToken, size: 2 })).toEqual({ page: [3] });
  expect(() => pageOf([1], { query: 'other', token: first.nextPageToken, size: 2 })).toThrow('another query');
  expect(() => decodeOffset('q', '%%%')).toThrow('Invalid page token');
  for (const place of [-1, 1.5, '2', null, 2 ** 60]) {
    expect(() => decodeOffset('q', encodePageToken('q', place))).toThrow('Invalid page token');
  }
});

it.each(['a/../b', '/a', 'a//b', '..', 'a\nb', 'a;b', 'x'.repeat(251)])('the key %j is refused', (key) => {
  expect(() => checkEntityKey(key, 'key')).toThrow();
});

it('the key of a metric may be a path with spaces', () => {
  expect(() => checkEntityKey('val/loss 2.1:x-y_z', 'key')).not.toThrow();
});

it('an error body has an MLflow code, whatever failed', () => {
  expect(mlflowErrorBody({ code: 'RESOURCE_ALREADY_EXISTS', status: 400, detail: 'd' }).error_code).toBe(
    'RESOURCE_ALREADY_EXISTS',
  );
  expect(mlflowErrorBody({ code: 'DEPENDENCY_UNAVAILABLE', status: 503, detail: 'd' }).error_code).toBe(
    'TEMPORARILY_UNAVAILABLE',
  );
});
