import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repositoryRoot } from './paths.ts';
import { identify, isAlive } from './process-identity.ts';
import { runSpoken, type SpokenProgram } from './spoken-program.ts';

/** A checkout with the bootstrap, an npm that does what each test wants, and a program to hand over to. */
let checkout = '';

beforeEach(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'millrace-checkout-'));
  for (const folder of ['libs', 'services', 'infra/stack/src', '.millrace', 'bin']) {
    await mkdir(path.join(checkout, folder), { recursive: true });
  }
  for (const file of ['bootstrap.mjs', 'install.mjs']) {
    await copyFile(path.join(repositoryRoot, 'infra/stack', file), path.join(checkout, 'infra/stack', file));
  }
  await writeFile(path.join(checkout, 'infra/stack/src/stack.ts'), 'console.log(process.argv.slice(2).join(" "));');
});

afterEach(() => rm(checkout, { recursive: true, force: true }));

const inCheckout = (name: string): string => path.join(checkout, name);
const stampFile = (): string => inCheckout('node_modules/.millrace-installed');
const putNode = 'mkdir -p node_modules/.bin && ln -sf "$(command -v node)" node_modules/.bin/node';

async function npmThat(does: string): Promise<void> {
  await writeFile(inCheckout('bin/npm'), `#!/bin/sh\necho "$@" >> npm-calls\n${does}\n`);
  await chmod(inCheckout('bin/npm'), 0o755);
}

function bootstrap(env: NodeJS.ProcessEnv = {}): SpokenProgram {
  const path = `${inCheckout('bin')}:${process.env['PATH']}`;
  return runSpoken(inCheckout('infra/stack/bootstrap.mjs'), ['stack', 'hello'], { PATH: path, ...env });
}

async function npmCalls(): Promise<string[]> {
  return (await readFile(inCheckout('npm-calls'), 'utf8')).trim().split('\n');
}

test('the first start installs, also under NODE_ENV=production, and the second does not', async () => {
  await npmThat(putNode);
  for (let time = 0; time < 2; time += 1) {
    const { code, output } = await bootstrap({ NODE_ENV: 'production' }).ended;
    expect(code, output).toBe(0);
    expect(output).toContain('hello');
  }
  const [call, ...further] = await npmCalls();
  expect(call).toContain('--include=dev --ignore-scripts=false');
  expect(further).toEqual([]);
});

test('of two first starts one installs, and a lock file of an earlier version is in nobody’s way', async () => {
  await writeFile(inCheckout('.millrace/install.lock'), String(process.pid));
  await npmThat(`sleep 0.5; ${putNode}`);
  const [one, two] = await Promise.all([bootstrap().ended, bootstrap().ended]);
  expect([one.code, two.code], one.output + two.output).toEqual([0, 0]);
  expect(await npmCalls()).toHaveLength(1);
});

test('an interrupt that reaches only the bootstrap ends npm with its scripts, and the next start installs anew', async () => {
  await npmThat('sleep 600 & echo $! > script-pid; wait');
  const interrupted = bootstrap();
  const script = await vi.waitFor(async () => {
    const identity = identify(Number(await readFile(inCheckout('script-pid'), 'utf8')));
    if (identity === null) throw new Error('npm has not come to its script');
    return identity;
  }, 120_000);
  interrupted.process.kill('SIGINT');
  expect((await interrupted.ended).code).toBe(130);
  expect(isAlive(script)).toBe(false);
  expect(existsSync(stampFile())).toBe(false);
  await npmThat(putNode);
  expect((await bootstrap().ended).code).toBe(0);
});

test.each([
  ['an npm that fails', 'exit 7', 'npm install ended with 7'],
  ['an npm that puts no Node in place', 'mkdir -p node_modules', 'has put no Node at'],
])('%s is told and leaves no stamp', async (_, does, message) => {
  await npmThat(does);
  const { code, output } = await bootstrap().ended;
  expect(code).toBe(1);
  expect(output).toContain(message);
  expect(existsSync(stampFile())).toBe(false);
});

test('a missing npm is told in one line', async () => {
  const { code, output } = await bootstrap({ PATH: inCheckout('bin') }).ended;
  expect(code).toBe(1);
  expect(output.trim().split('\n').at(-1)).toMatch(/^npm cannot be run: .*ENOENT/);
});
