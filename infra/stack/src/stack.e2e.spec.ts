import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAddresses, type Addresses } from './addresses.ts';
import { readJson } from './json-file.ts';
import { repositoryRoot, type InstancePaths } from './paths.ts';
import { privateInstancesDirectory, removeInstancesDirectory } from './private-instances.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** The command line as a person uses it, on instances in a folder of this test's own. */
const bootstrap = path.join(repositoryRoot, 'infra', 'stack', 'bootstrap.mjs');
const light = ['--only', 'redis,clickhouse'];
let folder = '';

interface Outcome {
  readonly code: number;
  readonly output: string;
}

function stack(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bootstrap, 'stack', ...args], {
      env: { ...process.env, MILLRACE_STACK_DIR: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

function addressesOf(instance: string): Addresses {
  const file = path.join(folder, instance, 'addresses.json');
  const addresses = readAddresses({ addresses: file } as InstancePaths);
  if (addresses === null) throw new Error(`${file} is not there`);
  return addresses;
}

function identitiesOf(instance: string): ProcessIdentity[] {
  return Object.values(addressesOf(instance).pids).map((pid) => {
    const identity = identify(pid);
    if (identity === null) throw new Error(`process ${pid} does not run`);
    return identity;
  });
}

async function clickhouse(instance: string, sql: string): Promise<string> {
  const response = await fetch(addressesOf(instance).env['MILLRACE_CLICKHOUSE_URL'] ?? '', {
    method: 'POST',
    body: sql,
  });
  return (await response.text()).trim();
}

/** Takes the port unless something else has it already: for this test either will do. */
function occupy(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

beforeAll(() => {
  folder = privateInstancesDirectory();
});

afterAll(() => removeInstancesDirectory(folder));

test('a second start finds the running servers, wakes a stopped one and leaves them alone', async () => {
  expect((await stack(['up', '--instance', 'one', ...light])).output).toContain('Redis is ready');
  const before = addressesOf('one');
  expect((await stack(['status', '--instance', 'one'])).code).toBe(0);
  process.kill(before.pids['redis'] ?? 0, 'SIGSTOP');
  const status = await stack(['status', '--instance', 'one']);
  expect(status.output).toMatch(/redis\s+starting or stuck/);
  expect(status.output).toMatch(/gateway\s+stopped/);
  expect(status.code).toBe(1);
  const second = await stack(['up', '--instance', 'one', ...light]);
  expect(second.output).toContain('Redis runs already');
  expect(second.output).toContain('ClickHouse runs already');
  expect(addressesOf('one')).toEqual(before);
});

test('a stack killed with -9 comes up clean on the same ports with its data', async () => {
  await clickhouse('one', 'CREATE TABLE kept (n Int32) ENGINE = MergeTree ORDER BY n');
  await clickhouse('one', 'INSERT INTO kept VALUES (42)');
  const before = addressesOf('one');
  for (const { pid } of identitiesOf('one')) process.kill(pid, 'SIGKILL');
  const again = await stack(['up', '--instance', 'one', ...light]);
  expect(again.output).toContain('ClickHouse is ready');
  expect(addressesOf('one').env).toEqual(before.env);
  expect(addressesOf('one').pids).not.toEqual(before.pids);
  expect(await clickhouse('one', 'SELECT n FROM kept')).toBe('42');
});

test('a recorded pid that belongs to another process by now is not touched', async () => {
  const [redis] = identitiesOf('one');
  const record = path.join(folder, 'one', 'run', 'redis.json');
  const recorded = readJson(record) as ProcessIdentity;
  expect(recorded.pid).toBe(redis?.pid);
  await stack(['stop', '--instance', 'one']);
  const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
  await writeFile(record, JSON.stringify({ ...recorded, pid: bystander.pid }));
  expect((await stack(['up', '--instance', 'one', ...light])).output).toContain('Redis is ready');
  await stack(['stop', '--instance', 'one']);
  expect(bystander.exitCode).toBeNull();
  expect(bystander.signalCode).toBeNull();
  bystander.kill();
});

test('busy ports are replaced by free ones, and that is said', async () => {
  const held = await Promise.all([occupy(6379), occupy(8123)]);
  const { code, output } = await stack(['up', ...light]);
  expect(code).toBe(0);
  expect(output).toMatch(/port 6379 for redis is taken: \d+ is used instead/);
  expect(output).toMatch(/port 8123 for clickhouse is taken: \d+ is used instead/);
  expect(await clickhouse('default', 'SELECT 1')).toBe('1');
  for (const server of held) server?.close();
});

test('status tells what runs; stop ends it, keeps the data and can be repeated', async () => {
  expect((await stack(['status'])).output).toMatch(/redis\s+ready\s+\d+\s+redis:/);
  expect((await stack(['status'])).output).toMatch(/kafka\s+stopped/);
  const identities = identitiesOf('default');
  expect((await stack(['stop'])).output).toContain('Redis has stopped');
  expect(identities.filter(isAlive)).toEqual([]);
  expect((await stack(['stop'])).code).toBe(0);
  expect((await stack(['status'])).output).not.toContain('ready');
  expect((await stack(['logs', 'redis'])).output).toContain('Ready to accept connections');
});

test('a server of your own is used and not started', async () => {
  const env = { MILLRACE_REDIS_URL: 'rediss://user:secret@redis.example:6380', MILLRACE_KAFKA_TLS: 'true' };
  const { output } = await stack(['up', '--instance', 'one', '--only', 'redis,clickhouse'], env);
  expect(output).toContain('Redis is yours');
  const addresses = addressesOf('one');
  expect(addresses.pids['redis']).toBeUndefined();
  expect(addresses.env['MILLRACE_REDIS_URL']).toBe(env.MILLRACE_REDIS_URL);
  expect(addresses.env['MILLRACE_KAFKA_TLS']).toBe('true');
  // The password is for programs of this user: printed nowhere, readable by nobody else.
  expect(output + JSON.stringify(addresses.urls)).not.toContain('secret');
  expect((await stat(path.join(folder, 'one', 'addresses.json'))).mode & 0o777).toBe(0o600);
});

test.each([['--help'], ['up --only postgres'], ['fly'], ['up --instance ../x']])('%s explains itself', async (line) => {
  const { code, output } = await stack(line.split(' '));
  expect(code === 0).toBe(line === '--help');
  expect(output).toMatch(/usage|none of|instance name/);
});
