import { TransientError } from '@millrace/events';
import { privateStack } from '@millrace/testing';
import type { PrivateStack } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClickHouse } from './clickhouse.ts';
import { createTableStatement } from './ddl/create-table.ts';
import { ByteWriter } from './row-binary/byte-writer.ts';
import { table } from './table.ts';

const facts = table<number>('facts', { n: { type: 'UInt32', of: (n) => n } });
let stack: PrivateStack;
let clickhouse: ClickHouse;

beforeAll(async () => {
  stack = await privateStack(['clickhouse']);
  const url = stack.addresses.env['MILLRACE_CLICKHOUSE_URL'] ?? '';
  clickhouse = new ClickHouse({ url, database: 'outage', username: 'default', password: '', requestTimeoutMs: 2_000 });
  await clickhouse.createDatabase();
  const columns = [{ name: 'n', type: 'UInt32', comment: 'Number' }];
  await clickhouse.command(
    createTableStatement(clickhouse, { name: 'facts', comment: 'Facts', columns, orderBy: ['n'] }),
  );
});

afterAll(async () => {
  await clickhouse.close();
  await stack.remove();
});

function bytesOf(numbers: readonly number[]): Buffer {
  const writer = new ByteWriter();
  for (const n of numbers) facts.encoder.encode(writer, n);
  return writer.bytes();
}

describe('a ClickHouse that is killed', () => {
  it('remembers the tokens of what it had stored', async () => {
    for (let i = 0; i < 20; i++) await clickhouse.insertBytes(facts, bytesOf([i]), `token-${i}`);
    await stack.servers.restart('clickhouse', 'SIGKILL');
    for (let i = 0; i < 25; i++) await clickhouse.insertBytes(facts, bytesOf([i]), `token-${i}`);
    expect(await clickhouse.queryOne('SELECT count() AS stored, uniqExact(n) AS facts FROM facts')).toEqual({
      stored: 25,
      facts: 25,
    });
  });

  it('is an outage for inserts, queries and readiness, whether it is dead or frozen', async () => {
    await stack.servers.kill('clickhouse');
    await expect(clickhouse.insertBytes(facts, bytesOf([100]), 'dead')).rejects.toBeInstanceOf(TransientError);
    await expect(clickhouse.query('SELECT 1')).rejects.toBeInstanceOf(TransientError);
    await expect(clickhouse.ping()).rejects.toBeInstanceOf(TransientError);
    await stack.servers.start('clickhouse');
    await clickhouse.insertBytes(facts, bytesOf([100]), 'dead');
    await stack.servers.kill('clickhouse', 'SIGSTOP');
    await expect(clickhouse.insertBytes(facts, bytesOf([101]), 'frozen')).rejects.toBeInstanceOf(TransientError);
    await stack.servers.kill('clickhouse', 'SIGCONT');
    // What was sent to the frozen server may have been stored after all.
    await clickhouse.insertBytes(facts, bytesOf([101]), 'frozen');
    const rows = await clickhouse.queryOne('SELECT count() AS stored FROM facts WHERE n >= 100');
    expect(rows).toEqual({ stored: 2 });
  });
});
