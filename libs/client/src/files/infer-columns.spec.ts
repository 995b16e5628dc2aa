import { expect, test } from 'vitest';
import { ColumnInference, type ColumnKind, type InferredColumn } from './infer-columns.ts';

function infer(...values: unknown[]): InferredColumn {
  const inference = new ColumnInference();
  for (const value of values) inference.add({ column: value });
  const [column] = inference.columns();
  if (!column) throw new Error('no column');
  return column;
}

test.each([
  [['1', '-20', '0'], 'long'],
  [[1, 2, -3], 'long'],
  [['1', '2.5'], 'double'],
  [['1e5', '.5'], 'double'],
  [[1, 2.5], 'double'],
  [['true', 'false'], 'boolean'],
  [[true], 'boolean'],
  [['True', 'False'], 'boolean'],
  [['TRUE', 'false'], 'boolean'],
  [['true', '1'], 'string'],
  [[new Uint8Array(2)], 'bytes'],
  [[new Uint8Array(2), 'x'], 'string'],
  [['1', 'x'], 'string'],
  [[new Date(0)], 'timestamp'],
  [[new Date(0), 'x'], 'string'],
  [[{ a: 1 }], 'string'],
  [['-'], 'string'],
  [['e5'], 'string'],
  [['1 '], 'string'],
  [['NaN'], 'string'],
])('values %j make a column of %s', (values, kind) => {
  expect(infer(...values).kind).toBe(kind);
});

test('numbers with a leading zero stay text', () => {
  expect(infer('10115', '01067').kind).toBe('string');
  expect(infer('0', '0.5').kind).toBe('double');
});

test('whole numbers that a double cannot hold stay text, however they come', () => {
  expect(infer('9007199254740991').kind).toBe('long');
  expect(infer('9007199254740993').kind).toBe('string');
  expect(infer('12345678901234567890').kind).toBe('string');
  expect(infer(12n, 2n ** 60n).kind).toBe('string');
  expect(infer(12n).kind).toBe('long');
});

test('a column that turns to text in its last row is text', () => {
  expect(infer(...Array.from({ length: 5_000 }, (_, i) => String(i)), 'n/a').kind).toBe('string');
});

test('missing values decide nothing', () => {
  expect(infer(null, '7', undefined).kind).toBe('long');
  expect(infer(null).kind).toBeNull();
  expect(infer(Number.NaN, 1).kind).toBe('long');
});

test('what the file declares counts where the values would say less, and gives way where they say more', () => {
  const kinds = (declared: ColumnKind, ...values: unknown[]): unknown => {
    const inference = new ColumnInference();
    inference.declare('column', declared);
    for (const value of values) inference.add({ column: value });
    return inference.columns()[0]?.kind;
  };
  expect(kinds('double', 1, 2)).toBe('double');
  expect(kinds('timestamp', null)).toBe('timestamp');
  expect(kinds('long', 2n ** 60n)).toBe('string');
});
