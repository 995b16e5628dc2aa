import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anyValueJson, valueText, type AnyValue, type AnyValueJson } from './index.ts';

it.each<[AnyValue, string, unknown]>([
  [null, 'null', {}],
  ['a "b" ü', '"a \\"b\\" ü"', { string_value: 'a "b" ü' }],
  [true, 'true', { bool_value: true }],
  [1n, '1', { int_value: '1' }],
  [2n ** 63n - 1n, '9223372036854775807', { int_value: '9223372036854775807' }],
  [1, '1.0', { double_value: 1 }],
  [-0, '-0.0', { double_value: -0 }],
  [1e300, '1e+300', { double_value: 1e300 }],
  [Number.NaN, '"NaN"', { string_value: 'NaN' }],
  [Uint8Array.of(1, 2), '"AQI="', { string_value: 'AQI=' }],
  [[1n, 'x'], '[1, "x"]', { array_value: { values: [{ int_value: '1' }, { string_value: 'x' }] } }],
  [
    new Map([['a', [] as AnyValue]]),
    '{"a": []}',
    { kvlist_value: { values: [{ key: 'a', value: { array_value: { values: [] } } }] } },
  ],
])('%s is the text %s', (value, text, json) => {
  expect(valueText(value)).toBe(text);
  expect(anyValueJson(text)).toEqual(json);
});

it('a text that is no JSON is a string', () => {
  expect(anyValueJson('plain')).toEqual({ string_value: 'plain' });
});

it('integers and doubles of any size come back as what they were', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (whole, double) => {
        const read = anyValueJson(valueText([whole, double])) as { array_value: { values: AnyValueJson[] } };
        expect(read.array_value.values).toEqual([{ int_value: String(whole) }, { double_value: double }]);
      },
    ),
  );
});
