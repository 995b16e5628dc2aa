import type { FileMetaData, SchemaElement } from 'hyparquet';
import { expect, test } from 'vitest';
import { parquetLayout } from './parquet-columns.ts';

function layoutOf(...elements: SchemaElement[]) {
  const schema: SchemaElement[] = [{ name: 'root', num_children: elements.length }, ...elements];
  return parquetLayout({ version: 1, schema, num_rows: 0n, row_groups: [], metadata_length: 0 } satisfies FileMetaData);
}

const decimal = { converted_type: 'DECIMAL', precision: 9, scale: 2 } as const;

test.each([
  [{ name: 'c', type: 'DOUBLE' }, 'double'],
  [{ name: 'c', type: 'FLOAT' }, 'double'],
  [{ name: 'c', type: 'INT32' }, 'long'],
  [{ name: 'c', type: 'BOOLEAN' }, 'boolean'],
  [{ name: 'c', type: 'INT32', converted_type: 'DATE' }, 'timestamp'],
  [{ name: 'c', type: 'BYTE_ARRAY', converted_type: 'UTF8' }, 'string'],
  [{ name: 'c', type: 'BYTE_ARRAY' }, undefined],
  [{ name: 'c', type: 'INT32', ...decimal }, 'double'],
  [{ name: 'c', type: 'INT32', ...decimal, scale: 0 }, 'long'],
  [{ name: 'c', type: 'BYTE_ARRAY', ...decimal, precision: 38 }, 'string'],
] satisfies [SchemaElement, string | undefined][])('%j is of kind %s', (element, kind) => {
  expect(layoutOf(element).columns).toMatchObject([{ name: 'c', kind }]);
});

test('decimals are made of their digits, however they are stored', () => {
  const read = (element: Partial<SchemaElement>, value: unknown): unknown =>
    layoutOf({ name: 'c', ...decimal, ...element }).columns[0]?.read(value);
  expect(read({ type: 'INT32' }, 435)).toBe(4.35);
  expect(read({ type: 'INT64' }, -5n)).toBe(-0.05);
  expect(read({ type: 'FIXED_LEN_BYTE_ARRAY' }, new Uint8Array([0xfe, 0x4d]))).toBe(-4.35);
  expect(read({ type: 'INT32' }, undefined)).toBeNull();
  expect(read({ type: 'INT64', precision: 18 }, 123_456_789_012_345_678n)).toBe('1234567890123456.78');
});

test('the reader gets them as the numbers that are stored', () => {
  const { metadata } = layoutOf({ name: 'c', type: 'INT32', ...decimal });
  expect(metadata.schema[1]).not.toHaveProperty('converted_type');
});

test('a structure is one column, and what is inside of it is left to the reader', () => {
  const { columns, metadata } = layoutOf({ name: 's', num_children: 1 }, { name: 'inner', type: 'INT32', ...decimal });
  expect(columns.map(({ name }) => name)).toEqual(['s']);
  expect(metadata.schema[2]).toHaveProperty('converted_type', 'DECIMAL');
});
