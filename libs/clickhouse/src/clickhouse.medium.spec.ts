import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { TransientError } from '@millrace/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolatedClickHouse } from './clickhouse-under-test.ts';
import { ClickHouse } from './clickhouse.ts';
import { addColumnsStatement, createTableStatement } from './ddl/create-table.ts';
import { identifier } from './identifiers.ts';
import { ByteWriter } from './row-binary/byte-writer.ts';
import { table } from './table.ts';

const { clickhouse, config, create, drop } = isolatedClickHouse();
const facts = table<number>('facts', {
  n: { type: 'UInt32', of: (n) => n },
  at: { type: "DateTime64(3, 'UTC')", of: (n) => n },
});

beforeAll(async () => {
  await create();
  const definition = {
    name: facts.name,
    comment: 'Facts',
    columns: Object.entries(facts.columns).map(([name, { type }]) => ({ name, type, comment: name })),
    orderBy: ['n'],
    partitionByMonthOf: 'at',
  };
  await clickhouse.command(createTableStatement(clickhouse, definition));
  await clickhouse.command(createTableStatement(clickhouse, definition));
});

afterAll(drop);

async function insert(numbers: readonly number[], token: string): Promise<void> {
  const writer = new ByteWriter();
  for (const n of numbers) facts.encoder.encode(writer, n);
  await clickhouse.insertBytes(facts, writer.bytes(), token);
}

describe('ClickHouse', () => {
  it('drops an insert whose token it has seen, and takes the same rows under another', async () => {
    await insert([1, 2, 3], 'a');
    await insert([1, 2, 3], 'a');
    expect(await clickhouse.queryOne('SELECT count() AS n FROM facts')).toEqual({ n: 3 });
    await insert([1, 2, 3], 'b');
    expect(await clickhouse.queryOne('SELECT count() AS n FROM facts')).toEqual({ n: 6 });
    expect(await clickhouse.queryOne('SELECT count() AS n FROM facts FINAL')).toEqual({ n: 3 });
  });

  it('takes a query as long as definitions make it', async () => {
    const texts = Array.from({ length: 10_000 }, (_, i) => `'${'merchant'.repeat(6)}${i}'`).join(', ');
    const sql = `SELECT countIf(toString(n) IN (${texts})) AS a, countIf(toString(n) NOT IN (${texts})) AS b FROM facts WHERE n < 0`;
    expect(sql.length).toBeGreaterThan(1_000_000);
    expect(await clickhouse.queryOne(sql)).toEqual({ a: 0, b: 0 });
  });

  it('takes a batch whose times lie in more months than ClickHouse allows by default, once', async () => {
    const months = Array.from({ length: 150 }, (_, i) => Date.UTC(1975, i, 1) % 4_000_000_000);
    const spread = table<number>('spread', {
      n: { type: 'UInt32', of: (n) => n },
      at: { type: "DateTime64(3, 'UTC')", of: (n) => Date.UTC(1975, n, 1) },
    });
    const columns = Object.entries(spread.columns).map(([name, { type }]) => ({ name, type, comment: name }));
    await clickhouse.command(
      createTableStatement(clickhouse, {
        name: 'spread',
        comment: 'Facts',
        columns,
        orderBy: ['n'],
        partitionByMonthOf: 'at',
      }),
    );
    const writer = new ByteWriter();
    months.forEach((_, n) => spread.encoder.encode(writer, n));
    for (let i = 0; i < 2; i++) await clickhouse.insertBytes(spread, writer.bytes(), 'wide');
    expect(await clickhouse.queryOne('SELECT count() AS n FROM spread')).toEqual({ n: 150 });
  });

  it('binds parameters by type, whatever they hold', async () => {
    const nasty = "'; DROP TABLE facts; -- \\ \t\n é";
    const row = await clickhouse.queryOne(
      'SELECT {text:String} AS text, {list:Array(UInt8)} AS list, {none:Nullable(String)} AS none',
      {
        text: nasty,
        list: [1, 2],
        none: null,
      },
    );
    expect(row).toEqual({ text: nasty, list: [1, 2], none: null });
  });

  it('quotes identifiers so that nothing escapes, and refuses control characters', async () => {
    const name = 'a`b\\c"d';
    await clickhouse.command(
      addColumnsStatement(clickhouse, 'facts', [{ name, type: 'Nullable(String)', comment: name }]),
    );
    const row = await clickhouse.queryOne<Record<string, unknown>>(`SELECT ${identifier(name)} FROM facts LIMIT 1`);
    expect(Object.keys(row ?? {})).toEqual([name]);
    expect(() => identifier('a\nb')).toThrow(/control characters/);
    expect(() =>
      addColumnsStatement(clickhouse, 'facts', [{ name: 'x', type: 'String) DROP', comment: '' }]),
    ).toThrow();
  });

  it('streams rows in pages', async () => {
    let rows = 0;
    for await (const page of clickhouse.stream<{ number: number }>('SELECT number FROM numbers(200000)'))
      rows += page.length;
    expect(rows).toBe(200_000);
  });

  it('ends a query beyond its limits and lets none write', async () => {
    const limits = { maxExecutionMs: 10_000, maxResultRows: 100, maxMemoryBytes: 100 << 20 };
    await expect(clickhouse.query('SELECT number FROM numbers(1000)', {}, { limits })).rejects.toMatchObject({
      code: 'CLICKHOUSE_QUERY_LIMIT',
    });
    expect(await clickhouse.query('SELECT 1 AS one', {}, { limits })).toEqual([{ one: 1 }]);
    await expect(clickhouse.query('CREATE TABLE made (x UInt8) ENGINE = Memory', {}, { limits })).rejects.toMatchObject(
      { code: 'CLICKHOUSE_QUERY_REFUSED' },
    );
  });

  it('tells an outage from a refusal', async () => {
    await expect(clickhouse.query('SELECT nothing')).rejects.toMatchObject({
      code: 'CLICKHOUSE_QUERY_REFUSED',
      serverCode: 47,
    });
    const down = new ClickHouse({ ...config, url: 'http://127.0.0.1:1' });
    await expect(down.ping()).rejects.toBeInstanceOf(TransientError);
    await expect(down.query('SELECT 1')).rejects.toBeInstanceOf(TransientError);
    await expect(down.insertBytes(facts, Buffer.alloc(12), 't')).rejects.toBeInstanceOf(TransientError);
    await down.close();
  });

  it('takes a connection that is cut or never answers for an outage', async () => {
    const cut = createServer((socket) => socket.once('data', () => socket.destroy()));
    const silent = createServer(() => undefined);
    for (const server of [cut, silent]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const client = new ClickHouse({ ...config, url: `http://127.0.0.1:${port}`, requestTimeoutMs: 300 });
      await expect(client.insertBytes(facts, Buffer.alloc(12), 't')).rejects.toBeInstanceOf(TransientError);
      await client.close();
      server.close();
    }
  });
});
