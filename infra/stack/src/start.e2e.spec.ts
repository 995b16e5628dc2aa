import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAddresses, type Addresses } from './addresses.ts';
import { readJson } from './json-file.ts';
import { repositoryRoot, type InstancePaths } from './paths.ts';
import { privateInstancesDirectory, removeInstancesDirectory } from './private-instances.ts';
import { isAlive, waitForEnd, type ProcessIdentity } from './process-identity.ts';
import { serviceNames } from './service-names.ts';
import { serverNames } from './servers/server.ts';
import { runSpoken, type SpokenProgram } from './spoken-program.ts';

const stackFolder = path.join(repositoryRoot, 'infra', 'stack');
const bootstrap = path.join(stackFolder, 'bootstrap.mjs');
const instance = 'whole';
let folder = '';
const started: SpokenProgram[] = [];

/** `npm start -- --no-demo` behind npm and the bootstrap: the program that they hand over to. */
function start(): SpokenProgram {
  return run(path.join(stackFolder, 'src', 'start.ts'), ['--no-demo']);
}

function run(file: string, args: readonly string[]): SpokenProgram {
  const program = runSpoken(file, [...args, '--instance', instance], { MILLRACE_STACK_DIR: folder });
  started.push(program);
  return program;
}

const runFile = (name: string): string => path.join(folder, instance, 'run', name);

/** Everything that a pid file of the instance names, the supervisor first: as long as it lives it starts the others again. */
async function recorded(): Promise<ProcessIdentity[]> {
  const names = ['platform', ...serverNames].map((name) => runFile(`${name}.json`));
  const services = existsSync(runFile('services')) ? await readdir(runFile('services')) : [];
  const files = [...names, ...services.map((name) => path.join(runFile('services'), name))];
  return files.flatMap((file) => (readJson(file) as ProcessIdentity | null) ?? []);
}

function addresses(): Addresses {
  const found = readAddresses({ addresses: path.join(folder, instance, 'addresses.json') } as InstancePaths);
  if (found === null) throw new Error('there is no addresses file');
  return found;
}

async function allReady(): Promise<boolean> {
  const { urls } = addresses();
  const answers = await Promise.all(serviceNames.map((name) => fetch(`${urls[name]}/health/ready`)));
  return answers.every((answer) => answer.ok);
}

async function query(sql: string): Promise<string> {
  const response = await fetch(addresses().env['MILLRACE_CLICKHOUSE_URL'] ?? '', { method: 'POST', body: sql });
  return (await response.text()).trim();
}

const subjects = (): string => `${addresses().env['MILLRACE_SCHEMA_REGISTRY_URL']}/subjects`;

async function register(subject: string): Promise<void> {
  const body = JSON.stringify({ schema: '"string"' });
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const response = await fetch(`${subjects()}/${subject}/versions`, { method: 'POST', headers, body });
  expect(response.ok).toBe(true);
}

async function createExperiment(name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const url = `${addresses().urls['gateway']}/api/2.0/mlflow/experiments/create`;
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) });
  expect(response.ok).toBe(true);
}

async function experiment(name: string): Promise<number> {
  const query = new URLSearchParams({ experiment_name: name });
  return (await fetch(`${addresses().urls['gateway']}/api/2.0/mlflow/experiments/get-by-name?${query.toString()}`))
    .status;
}

beforeAll(() => {
  folder = privateInstancesDirectory();
});

afterAll(async () => {
  for (const { process: program } of started) program.kill('SIGKILL');
  await removeInstancesDirectory(folder);
});

test('an interrupt while the servers start ends what has started', async () => {
  const interrupted = start();
  await interrupted.said('Redis is ready');
  const before = await recorded();
  expect(before.length).toBeGreaterThan(1);
  interrupted.process.kill('SIGINT');
  const { code, output } = await interrupted.ended;
  expect(code, output).toBe(0);
  expect(output).toContain('Redis has stopped');
  expect([...before, ...(await recorded())].filter(isAlive)).toEqual([]);
  expect(existsSync(path.join(folder, instance, 'addresses.json'))).toBe(false);
});

test('the platform is found by a second start, survives kill -9 of everything, and "stack stop" ends it without its npm', async () => {
  const first = start();
  await first.said('the platform is ready');
  expect(await allReady()).toBe(true);
  const before = await recorded();
  expect(before).toHaveLength(serverNames.length + 1 + serviceNames.length);

  const second = await start().ended;
  expect(second.code).toBe(0);
  expect(second.output).toContain('the platform runs already');
  expect(second.output).toContain(addresses().urls['gateway']);
  expect(before.every(isAlive)).toBe(true);

  await query('CREATE TABLE kept (n Int32) ENGINE = MergeTree ORDER BY n');
  await query('INSERT INTO kept VALUES (42)');
  // Kept in a topic only: the service reads its journal again when it starts.
  await createExperiment('kept');
  const addressesBefore = addresses();
  // At the last moment: what was answered must be in the file by then.
  await register('kept-value');
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  await Promise.all([first.ended, ...before.map((identity) => waitForEnd(identity, 10_000))]);
  expect(before.filter(isAlive)).toEqual([]);

  const third = run(bootstrap, ['start', '--no-demo']);
  await third.said('the platform is ready');
  expect(await allReady()).toBe(true);
  const after = await recorded();
  expect(after).toHaveLength(before.length);
  const pids = new Set(before.map(({ pid }) => pid));
  expect(after.filter(({ pid }) => pids.has(pid))).toEqual([]);
  expect(addresses().urls).toEqual(addressesBefore.urls);
  expect(await query('SELECT n FROM kept')).toBe('42');
  expect(await (await fetch(subjects())).json()).toContain('kept-value');
  expect(await experiment('kept')).toBe(200);

  // A service and a server that die are started again.
  for (const name of ['redis', 'services']) {
    const file =
      name === 'redis' ? runFile('redis.json') : path.join(runFile(name), (await readdir(runFile(name)))[0] ?? '');
    process.kill((readJson(file) as ProcessIdentity).pid, 'SIGKILL');
  }
  await third.said('starts again');
  await third.said('redis has ended and is started again');

  // Without npm and the bootstrap, nobody passes a Ctrl-C on.
  const supervisor = readJson(runFile('platform.json')) as ProcessIdentity;
  third.process.kill('SIGKILL');
  expect(isAlive(supervisor)).toBe(true);
  const stopped = await run(bootstrap, ['stack', 'stop']).ended;
  expect(stopped.code, stopped.output).toBe(0);
  expect([supervisor, ...after, ...(await recorded())].filter(isAlive)).toEqual([]);
  const { output } = await third.ended;
  expect(output.indexOf('gateway has stopped')).toBeLessThan(output.indexOf('Kafka has stopped'));
});

test('"stack reset" ends a platform whose services start and deletes its data', async () => {
  const running = start();
  await running.said('tracking is ready');
  const before = await recorded();
  const reset = await run(bootstrap, ['stack', 'reset']).ended;
  expect(reset.code, reset.output).toBe(0);
  const { code, output } = await running.ended;
  expect(code, output).toBe(0);
  expect(output).toContain('gateway has stopped');
  expect(before.filter(isAlive)).toEqual([]);
  expect(existsSync(path.join(folder, instance))).toBe(false);
});
