import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatOf } from './file-format.ts';
import type { FileRow } from './file-row.ts';
import { readRows, type ReadOptions } from './read-rows.ts';
import { collect } from '../collect-for-tests.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rows-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function rowsOf(name: string, content: string | Buffer, options: Partial<ReadOptions> = {}): Promise<FileRow[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  return collect(readRows(path, { format: formatOf(path), ...options }));
}

test('CSV values are text, empty ones are null, quotes and line ends are understood', async () => {
  const rows = await rowsOf('a.csv', '\uFEFFid, name ,note\r\n007,"O\'Neil, ""Kit""",\r\n\r\n8,"two\nlines",x\r\n');
  expect(rows).toEqual([
    { id: '007', name: 'O\'Neil, "Kit"', note: null },
    { id: '8', name: 'two\nlines', note: 'x' },
  ]);
});

test('further texts can mean that a value is missing, and fields can be separated otherwise', async () => {
  expect(await rowsOf('b.csv', 'a;b\nNA;1\n', { delimiter: ';', nullTexts: ['NA'] })).toEqual([{ a: null, b: '1' }]);
  expect(await rowsOf('b.tsv', 'a\tb\n1\t2\n')).toEqual([{ a: '1', b: '2' }]);
});

test('what separates the names in the first line separates the values', async () => {
  expect(await rowsOf('m.csv', 'a;b\n1,5;2\n')).toEqual([{ a: '1,5', b: '2' }]);
});

test("spaces around a value don't belong to it unless they are in quotes, tabs between fields are no spaces", async () => {
  expect(await rowsOf('n.csv', 'a, b, c\n1, 2, " x"\n3 , , "y, z"\n')).toEqual([
    { a: '1', b: '2', c: ' x' },
    { a: '3', b: null, c: 'y, z' },
  ]);
  expect(await rowsOf('n.tsv', 'a\tb\tc\n1\t\tx \n')).toEqual([{ a: '1', b: null, c: 'x ' }]);
});

test.each(['o.csv', 'o.jsonl'])('bytes of another encoding are named by their line, not replaced: %s', async (name) => {
  const line = name.endsWith('csv') ? 'Müller' : '{"name":"Müller"}';
  const bytes = Buffer.from(
    `name\n${'x\n'.repeat(name.endsWith('csv') ? 2 : 0)}${line}\n`.replace(/^name\n(?={)/, ''),
    'latin1',
  );
  await expect(rowsOf(name, bytes)).rejects.toMatchObject({
    code: 'CLIENT_ENCODING_INVALID',
    message: expect.stringMatching(name.endsWith('csv') ? /line 4 is not UTF-8.*--encoding latin1/ : /line 1 is not/),
  });
  expect((await rowsOf(name, bytes, { encoding: 'latin1' })).at(-1)).toEqual({ name: 'Müller' });
});

test('the columns are told before the rows, also where there are none', async () => {
  const seen: (readonly string[])[] = [];
  await rowsOf('p.csv', 'a,b\n', { onColumns: (columns) => seen.push(columns) });
  expect(seen).toEqual([['a', 'b']]);
});

test.each(['[{"a":1},\n{"a":2}]', '{\n  "a": 1\n}'])(
  'JSON that is not in lines says how to make it so: %j',
  async (text) => {
    await expect(rowsOf('q.json', text)).rejects.toThrow(/one object a line.*jq -c/);
  },
);

test('a CSV row with too many fields is named by its line', async () => {
  await expect(rowsOf('c.csv', 'a,b\n1,2\n1,2,3\n')).rejects.toMatchObject({
    code: 'CLIENT_ROW_INVALID',
    message: expect.stringMatching(/c\.csv".*line 3/),
  });
});

test('a column that is there twice is refused', async () => {
  await expect(rowsOf('d.csv', 'a,a\n1,2\n')).rejects.toThrow(/more than one column "a"/);
});

test('JSON lines keep their types, and whole numbers too large for a double', async () => {
  const rows = await rowsOf('e.jsonl', '{"a":1,"b":"x","c":null}\n\n{"a":12345678901234567890,"d":1.5e300}');
  expect(rows).toEqual([
    { a: 1, b: 'x', c: null },
    { a: 12345678901234567890n, d: 1.5e300 },
  ]);
});

test('a line that is no JSON object is named by its number', async () => {
  await expect(rowsOf('f.jsonl', '{"a":1}\n{"a":\n')).rejects.toThrow(/f\.jsonl" line 2 is not JSON/);
  await expect(rowsOf('g.jsonl', '[1]\n')).rejects.toThrow(/line 1 is not a JSON object/);
});

test('characters that lie on the border of two reads stay whole', async () => {
  const text = 'ä€😀'.repeat(80_000);
  const rows = await rowsOf('h.jsonl', `${JSON.stringify({ text })}\n`);
  expect(rows).toEqual([{ text }]);
});

const codecs = [
  ['SNAPPY', undefined],
  ['GZIP', { GZIP: (bytes: Uint8Array) => gzipSync(bytes) }],
  ['ZSTD', { ZSTD: (bytes: Uint8Array) => zstdCompressSync(bytes) }],
] as const;

test.each(codecs)('Parquet (%s) gives typed values over several row groups', async (codec, compressors) => {
  const writer = new ByteWriter();
  const count = 25;
  await parquetWrite({
    writer,
    codec,
    ...(compressors && { compressors }),
    rowGroupSize: 10,
    columnData: [
      { name: 'id', data: Array.from({ length: count }, (_, i) => `id-${i % 3}`), type: 'STRING' },
      { name: 'at', data: Array.from({ length: count }, (_, i) => new Date(i * 1000)), type: 'TIMESTAMP' },
      { name: 'big', data: Array.from({ length: count }, (_, i) => 2n ** 60n + BigInt(i)), type: 'INT64' },
      { name: 'amount', data: Array.from({ length: count }, (_, i) => (i % 5 === 0 ? null : i / 4)), type: 'DOUBLE' },
    ],
  });
  const rows = await rowsOf(`i-${codec}.parquet`, Buffer.from(writer.getBuffer()));
  expect(rows).toHaveLength(count);
  expect(rows[10]).toEqual({ id: 'id-1', at: new Date(10_000), big: 2n ** 60n + 10n, amount: null });
  expect(rows[24]).toEqual({ id: 'id-0', at: new Date(24_000), big: 2n ** 60n + 24n, amount: 6 });
});

test('Parquet values keep their types: decimals their digits, bytes their bytes, and the kinds are told', async () => {
  const writer = new ByteWriter();
  const required = { repetition_type: 'REQUIRED' } as const;
  await parquetWrite({
    writer,
    columnData: [
      { name: 'price', data: [4.35, 1.1] },
      { name: 'raw', data: [new Uint8Array([0xff, 0]), new Uint8Array([1])] },
      { name: 'rate', data: [1, 2] },
    ],
    schema: [
      { name: 'root', num_children: 3 },
      { name: 'price', type: 'INT32', converted_type: 'DECIMAL', precision: 9, scale: 2, ...required },
      { name: 'raw', type: 'BYTE_ARRAY', ...required },
      { name: 'rate', type: 'DOUBLE', ...required },
    ],
  });
  const kinds: Record<string, string> = {};
  const rows = await rowsOf('r.parquet', Buffer.from(writer.getBuffer()), {
    onKind: (column, kind) => (kinds[column] = kind),
  });
  expect(rows).toEqual([
    { price: 4.35, raw: new Uint8Array([0xff, 0]), rate: 1 },
    { price: 1.1, raw: new Uint8Array([1]), rate: 2 },
  ]);
  expect(kinds).toEqual({ price: 'double', rate: 'double' });
});

test('a file that is no Parquet says so', async () => {
  await expect(rowsOf('j.parquet', 'a,b\n1,2\n')).rejects.toThrow(/j\.parquet" cannot be read as Parquet/);
});

test('a file that is not there, a folder and an unknown ending each have their own words', async () => {
  const missing = collect(readRows(join(folder, 'none.csv'), { format: 'csv' }));
  await expect(missing).rejects.toMatchObject({
    code: 'CLIENT_FILE_UNREADABLE',
    message: expect.stringContaining('none.csv'),
  });
  await expect(collect(readRows(folder, { format: 'csv' }))).rejects.toThrow(/is not a file/);
  expect(() => formatOf('events.xlsx')).toThrow(/--format csv\|jsonl\|parquet/);
});

test('a reader that stops half-way ends the reading', async () => {
  const path = join(folder, 'k.csv');
  await writeFile(path, `a\n${'1\n'.repeat(200_000)}`);
  let count = 0;
  for await (const _ of readRows(path, { format: 'csv' })) if ((count += 1) === 10) break;
  expect(count).toBe(10);
});

test('tells how far it has read', async () => {
  const path = join(folder, 'l.csv');
  await writeFile(path, `a\n${'1\n'.repeat(1_000)}`);
  const seen: number[] = [];
  await collect(readRows(path, { format: 'csv', onBytes: (bytes) => seen.push(bytes) }));
  expect(seen.at(-1)).toBe(2_002);
});
