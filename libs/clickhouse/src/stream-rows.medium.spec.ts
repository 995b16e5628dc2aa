import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TransientError } from '@millrace/events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isolatedClickHouse } from './clickhouse-under-test.ts';
import { ClickHouse } from './clickhouse.ts';
import type { ByteReader } from './row-binary/byte-reader.ts';

const { clickhouse, config, create, drop } = isolatedClickHouse();
const open: { close(): unknown }[] = [];

beforeAll(create);
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(drop);

interface Numbered {
  readonly number: number;
  readonly text: string;
}

const text = `any text, 'quoted', with \\ and \0 and \n and é`;
const columns = 'number, {text:String}';
const readNumbered = (reader: ByteReader): Numbered => ({ number: Number(reader.int64()), text: reader.string() });

/** How many rows came, each as it was sent, and what ended them. */
async function readAll(from: ClickHouse, rest: string, selected = columns): Promise<{ rows: number; error: unknown }> {
  let rows = 0;
  try {
    for await (const page of from.streamRows({ columns: selected, rest }, { text }, readNumbered)) {
      for (const row of page) expect(row).toEqual({ number: rows++, text });
    }
    return { rows, error: null };
  } catch (error) {
    return { rows, error };
  }
}

/** A server between, which does as it likes with the answer. */
async function behind(treat: (answer: IncomingMessage, to: ServerResponse) => void): Promise<ClickHouse> {
  const proxy = createServer((asked, to) => {
    const { method, headers, url = '/' } = asked;
    const passed = request(new URL(url, config.url), { method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => to.destroy());
      treat(answer, to);
    });
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const client = new ClickHouse({ ...config, url: `http://127.0.0.1:${port}`, requestTimeoutMs: 2_000 });
  open.push(client, proxy);
  return client;
}

describe('rows that are streamed', () => {
  it.each([0, 1, 200_000])('come all and as they were: %i', async (count) => {
    const rest = `FROM numbers(${count}) ORDER BY number`;
    expect(await readAll(clickhouse, rest)).toEqual({ rows: count, error: null });
  });

  it('come through gzip', async () => {
    const client = new ClickHouse({ ...config, compress: true });
    open.push(client);
    expect(await readAll(client, 'FROM numbers(100000) ORDER BY number')).toEqual({ rows: 100_000, error: null });
  });

  it('of a query that is refused are an error before any', async () => {
    const { rows, error } = await readAll(clickhouse, 'FROM nowhere');
    expect(rows).toBe(0);
    expect(error).toMatchObject({ code: 'CLICKHOUSE_QUERY_REFUSED', serverCode: 60 });
  });

  it('of a query that fails half-way are an error, and nothing of its text is taken for a row', async () => {
    // In blocks of few rows, so that many are sent before it fails.
    const failing = `number + throwIf(number = 100000), {text:String}`;
    const rest = 'FROM numbers(200000) ORDER BY number SETTINGS max_block_size = 5000, max_threads = 1';
    const { rows, error } = await readAll(clickhouse, rest, failing);
    expect(rows).toBeGreaterThan(10_000);
    expect(error).toMatchObject({ code: 'CLICKHOUSE_QUERY_REFUSED', serverCode: 395 });
  });

  it.each([
    ['the connection is cut', (to: ServerResponse) => to.destroy()],
    ['somebody between ends the answer as if it were whole', (to: ServerResponse) => to.end()],
  ])('are an outage when %s', async (_, end) => {
    const client = await behind((answer, to) => {
      let left = 5_000_000;
      answer.on('data', (piece: Buffer) => {
        if (left === 0) return;
        const passed = piece.subarray(0, left);
        left -= passed.length;
        to.write(passed, () => left === 0 && end(to));
        if (left === 0) answer.destroy();
      });
    });
    const { rows, error } = await readAll(client, 'FROM numbers(1000000) ORDER BY number');
    expect(rows).toBeGreaterThan(10_000);
    expect(error).toBeInstanceOf(TransientError);
  });

  it('are an outage when no more come', async () => {
    const client = await behind((answer, to) => {
      answer.once('data', (piece: Buffer) => to.write(piece));
    });
    expect((await readAll(client, 'FROM numbers(1000000) ORDER BY number')).error).toBeInstanceOf(TransientError);
  });

  it('may be left before their end: the connection is free for others', async () => {
    const client = new ClickHouse({ ...config, maxConnections: 1 });
    open.push(client);
    const select = { columns, rest: 'FROM numbers(100000000)' };
    for await (const page of client.streamRows(select, { text }, readNumbered)) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    expect(await client.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
