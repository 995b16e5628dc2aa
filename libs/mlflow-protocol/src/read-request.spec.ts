import { expect, it } from 'vitest';
import { z } from 'zod';
import { integer, metricValue, pageSize, protoEnum, text } from './fields.ts';
import { mlflowErrorBody } from './mlflow-error.ts';
import { decodeOffset, encodePageToken } from './page-token.ts';
import { readRequest } from './read-request.ts';

const schema = z.object({ run_id: text, metrics: z.array(z.object({ key: text, value: metricValue, step: integer })) });

it.each([
  [{}, "Missing value for required parameter 'run_id'"],
  [{ run_id: '', metrics: [] }, "Missing value for required parameter 'run_id'"],
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
    "Missing value for required parameter 'metrics[0].value'",
  ],
  // JSON.parse makes Infinity of 1e400
  [{ run_id: 'a', metrics: [{ key: 'k', value: Infinity, step: 0 }] }, "for parameter 'metrics[0].value'"],
  [{ run_id: 'a', metrics: [{ key: 'k', value: 1, step: 1.5 }] }, "Invalid value 1.5 for parameter 'metrics[0].step'"],
  [
    { run_id: 'a', metrics: [{ key: 'k', value: 1, step: 2 ** 53 }] },
    "Invalid value 9007199254740992 for parameter 'metrics[0].step' supplied: it must be an integer between",
  ],
  [
    { run_id: 'a', metrics: [{ key: 'k', value: 1, step: '-9223372036854775808' }] },
    'Invalid value "-9223372036854775808" for parameter \'metrics[0].step\' supplied: it must be an integer between',
  ],
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

it('64-bit integers that JSON cannot hold are refused and not rounded', () => {
  for (const value of [2 ** 53, -(2 ** 53), '9007199254740993']) {
    expect(() => readRequest(z.object({ step: integer }), { step: value })).toThrow(
      'it must be an integer between -9007199254740991 and 9007199254740991',
    );
  }
});

it('an enumeration is said by name or by number', () => {
  const view = protoEnum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']);
  expect(['ALL', 2, '1'].map((value) => view.parse(value))).toEqual(['ALL', 'DELETED_ONLY', 'ACTIVE_ONLY']);
  for (const value of [0, 4, 'NONE', 1.5]) expect(view.safeParse(value).success).toBe(false);
});

it.each([
  [60_000, "Invalid value 60000 for parameter 'max_results' supplied. It must be at most 50000."],
  [0, "Invalid value 0 for parameter 'max_results' supplied. It must be a positive integer."],
])('%d results to a page are refused', (size, message) => {
  expect(() => readRequest(z.object({ max_results: pageSize(1000, 50_000) }), { max_results: size })).toThrow(message);
});

it('a page token belongs to its query', () => {
  expect(decodeOffset('q', encodePageToken('q', 7))).toBe(7);
  expect(decodeOffset('q', undefined)).toBe(0);
  expect(() => decodeOffset('q', encodePageToken('other', 7))).toThrow('another query');
  expect(() => decodeOffset('q', '%%%')).toThrow('Invalid page token');
  for (const place of [-1, 1.5, '2', null, 2 ** 60]) {
    expect(() => decodeOffset('q', encodePageToken('q', place))).toThrow('Invalid page token');
  }
});

it('an error body has an MLflow code, whatever failed', () => {
  expect(mlflowErrorBody({ code: 'RESOURCE_ALREADY_EXISTS', status: 400, detail: 'd' }).error_code).toBe(
    'RESOURCE_ALREADY_EXISTS',
  );
  expect(mlflowErrorBody({ code: 'DEPENDENCY_UNAVAILABLE', status: 503, detail: 'd' }).error_code).toBe(
    'TEMPORARILY_UNAVAILABLE',
  );
});
