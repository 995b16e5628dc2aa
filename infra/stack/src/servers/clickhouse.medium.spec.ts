import { afterAll, beforeAll, expect, test } from 'vitest';
import { reset, stop, up } from '../instance.ts';
import { restartServer } from '../one-server.ts';
import { privateInstance } from '../private-instances.ts';
import { analystUser } from './clickhouse-configuration.ts';

const instance = privateInstance();
let url = '';

async function query(sql: string, user?: typeof analystUser): Promise<string> {
  const parameters = user === undefined ? '' : `?user=${user.name}&password=${user.password}`;
  const response = await fetch(`${url}/${parameters}`, { method: 'POST', body: sql });
  return (await response.text()).trim();
}

beforeAll(async () => {
  const addresses = await up(instance, { only: ['clickhouse'] });
  url = addresses.env['MILLRACE_CLICKHOUSE_URL'] ?? '';
  await query('CREATE TABLE facts (n Int32) ENGINE = MergeTree ORDER BY n');
  await query('INSERT INTO facts VALUES (1), (2)');
});

afterAll(() => reset(instance));

test('rows survive a kill -9 and an orderly restart', async () => {
  await restartServer(instance, 'clickhouse', 'SIGKILL');
  expect(await query('SELECT count() FROM facts')).toBe('2');
  await restartServer(instance, 'clickhouse', 'SIGTERM');
  expect(await query('SELECT count() FROM facts')).toBe('2');
});

test('a stopped instance comes up again on the same port with its rows', async () => {
  await stop(instance);
  const addresses = await up(instance, { only: ['clickhouse'] });
  expect(addresses.env['MILLRACE_CLICKHOUSE_URL']).toBe(url);
  expect(await query('SELECT sum(n) FROM facts')).toBe('3');
});

test('the analyst reads tables and may set what shapes an answer', async () => {
  expect(await query('SELECT sum(n) FROM facts SETTINGS max_block_size = 10', analystUser)).toBe('3');
});

test.each([
  ['INSERT INTO facts VALUES (3)', 'ACCESS_DENIED'],
  ['DROP TABLE facts', 'ACCESS_DENIED'],
  ['CREATE TABLE mine (n Int32) ENGINE = Memory', 'ACCESS_DENIED'],
  ["SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", 'ACCESS_DENIED'],
  ["SELECT * FROM file('/etc/passwd', 'LineAsString')", 'ACCESS_DENIED'],
  ["SELECT * FROM remote('127.0.0.1', system.one)", 'ACCESS_DENIED'],
  ['SET readonly = 0', 'READONLY'],
  // Zero means without limit.
  ['SELECT 1 SETTINGS max_execution_time = 0', 'SETTING_CONSTRAINT_VIOLATION'],
  ['SELECT 1 SETTINGS max_memory_usage = 0', 'SETTING_CONSTRAINT_VIOLATION'],
  ['SELECT 1 SETTINGS max_execution_time = 3600', 'SETTING_CONSTRAINT_VIOLATION'],
  ['SELECT 1 SETTINGS max_memory_usage = 100000000000', 'SETTING_CONSTRAINT_VIOLATION'],
])('the analyst may not: %s', async (sql, code) => {
  expect(await query(sql, analystUser)).toContain(code);
});

test('the listeners are on loopback only', async () => {
  const listening = await query(
    `SELECT DISTINCT substring(line, 7, 8) FROM file('/proc/net/tcp', 'LineAsString', 'line String')
     WHERE line LIKE '% 0A %' AND line LIKE '%:${Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0')} 00000000:0000%'`,
  );
  // 127.0.0.1 as the kernel writes it.
  expect(listening.split('\n').map((line) => line.trim())).toEqual(['0100007F']);
});
