import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAddresses, type Addresses } from './addresses.ts';
import { readJson } from './json-file.ts';
import { repositoryRoot, type InstancePaths } from './paths.ts';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import { serviceNames } from './service-names.ts';

/** `npm start -- --no-demo` behind npm and the bootstrap: the program that they hand over to. */
const program = path.join(repositoryRoot, 'infra', 'stack', 'src', 'start.ts');
const instance = 'whole';
let folder = '';
const started: ChildProcess[] = [];

interface Start {
  readonly process: ChildProcess;
  /** Resolves when the text was printed; fails with all output when the process ends without it. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

function start(): Start {
  const child = spawn(process.execPath, ['--conditions=source', program, '--no-demo', '--instance', instance], {
    env: { ...process.env, MILLRACE_STACK_DIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  const listeners = new Set<() => void>();
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      listeners.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without saying "${text}":\n${output}`)));
    });
  return { process: child, said, ended };
}

function addresses(): Addresses {
  const found = readAddresses({ addresses: path.join(folder, instance, 'addresses.json') } as InstancePaths);
  if (found === null) throw new Error('there is no addresses file');
  return found;
}

async function services(): Promise<ProcessIdentity[]> {
  const records = path.join(folder, instance, 'run', 'services');
  const files = await readdir(records);
  return files.map((file) => readJson(path.join(records, file)) as ProcessIdentity);
}

async function everything(): Promise<ProcessIdentity[]> {
  const servers = Object.values(addresses().pids).map((pid) => identify(pid));
  return [...servers.filter((each) => each !== null), ...(await services())];
}

async function allReady(): Promise<boolean> {
  const { urls } = addresses();
  const answers = await Promise.all(serviceNames.map((name) => fetch(`${urls[name]}/health/ready`)));
  return answers.every((answer) => answer.ok);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-start-'));
});

afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  const reset = spawn(
    process.execPath,
    [path.join(repositoryRoot, 'infra/stack/bootstrap.mjs'), 'stack', 'reset', '--instance', instance],
    {
      env: { ...process.env, MILLRACE_STACK_DIR: folder },
      stdio: 'ignore',
    },
  );
  await new Promise((resolve) => reset.once('close', resolve));
  await rm(folder, { recursive: true, force: true });
});

test('the platform comes up, is found by a second start, survives kill -9 of everything, and Ctrl-C ends all of it', async () => {
  const first = start();
  await first.said('the platform is ready');
  expect(await allReady()).toBe(true);
  const before = await everything();
  expect(before).toHaveLength(4 + serviceNames.length);

  const second = await start().ended;
  expect(second.code).toBe(0);
  expect(second.output).toContain('the platform runs already');
  expect(second.output).toContain(addresses().urls['gateway']);
  expect(before.every(isAlive)).toBe(true);

  // The supervisor, a server, and two services die; the rest is left running without anybody who minds it.
  first.process.kill('SIGKILL');
  await first.ended;
  const [aServer, , , , aService, anotherService] = before;
  for (const identity of [aServer, aService, anotherService]) process.kill(identity?.pid ?? 0, 'SIGKILL');
  const third = start();
  await third.said('the platform is ready');
  await third.said('a platform that was killed');
  expect(await allReady()).toBe(true);
  expect(await services()).toHaveLength(serviceNames.length);

  // A service that dies is started again.
  const [victim] = await services();
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await third.said('starts again');

  const last = await everything();
  third.process.kill('SIGINT');
  const { code, output } = await third.ended;
  expect(code).toBe(0);
  expect(output).toContain('gateway has stopped');
  expect(output.indexOf('gateway has stopped')).toBeLessThan(output.indexOf('Kafka has stopped'));
  expect(last.filter(isAlive)).toEqual([]);
});
