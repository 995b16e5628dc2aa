import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { preflight } from './fetch/preflight.ts';
import { ensurePython, feastPackages, mlflow2Packages, trainingPackages } from './fetch/python.ts';
import { refreshAddresses } from './describe-instance.ts';
import { reset, stop, up } from './instance.ts';
import { onInterrupt } from './interrupt.ts';
import { readJson } from './json-file.ts';
import { tryLock } from './lock.ts';
import { compileCache, instancePaths, repositoryRoot } from './paths.ts';
import { resetLeftInstances } from './private-instances.ts';
import { signalGroup } from './process-group.ts';
import { runProgram } from './program.ts';
import { serverNames } from './servers/server.ts';
import { say } from './say.ts';
import { ignoreOwnServers } from './test-environment.ts';
import { together } from './together.ts';
import {
  add,
  closingLine,
  failuresOf,
  nothing,
  oneFailed,
  onePassed,
  tallyVitest,
  type Tally,
  type VitestReport,
} from './tally.ts';

const instance = 'test';
/** The lint asks for types, which tests take from what is built: before a build it would not know them. */
const checks = ['check:format', 'check:boundaries', 'build', 'check:lint', 'check:dead', 'check:generated'] as const;
/** Together where one waits for servers while the other computes. The e2e tests keep two processors busy by themselves. */
const rounds = [['unit', 'medium'], ['e2e']] as const;

const usage = `usage: npm test

Installs what is missing, runs the checks (${checks.join(', ')}), starts a stack of its own
(instance "${instance}", so npm start may run beside it; servers of yours that MILLRACE_… variables name are not used), runs the ${rounds.flat().join(', ')} tests on it and stops it.
What failed is named again at the end, and the last line counts everything. For a part of it: npx vitest run --project unit libs/events`;

let current: ChildProcess | undefined;
const failures: string[] = [];

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve) => {
    // In a group of its own, so that an interrupt ends it with everything it has started.
    current = spawn(command, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
      detached: true,
    });
    current.once('error', () => resolve(127));
    current.once('close', (code) => resolve(code ?? 1));
  });
}

function endCurrent(): void {
  if (current?.pid !== undefined && current.exitCode === null) signalGroup(current.pid, 'SIGTERM');
}

/** What tests and the programs that they kill leave in it goes with the instance. */
function temporaryFolder(): string {
  const folder = path.join(instancePaths(instance).root, 'tmp');
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function runCheck(name: string): Promise<Tally> {
  say(`npm run ${name}`);
  if ((await run('npm', ['run', '--silent', name])) === 0) return onePassed;
  failures.push(`npm run ${name}`);
  return oneFailed;
}

async function runTests(projects: readonly string[]): Promise<Tally> {
  const names = projects.join(' and ');
  say(`${names} tests`);
  const report = path.join(instancePaths(instance).run, `vitest-${projects.join('-')}.json`);
  rmSync(report, { force: true });
  const vitest = path.join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const env = {
    ...process.env,
    MILLRACE_STACK_INSTANCE: instance,
    TMPDIR: temporaryFolder(),
    NODE_COMPILE_CACHE: compileCache(),
  };
  const chosen = projects.flatMap((project) => ['--project', project]);
  const code = await run(process.execPath, [vitest, 'run', ...chosen, ...reporters], env);
  const results = readJson(report) as VitestReport | null;
  const tally = tallyVitest(results, code);
  const named = failuresOf(results, repositoryRoot);
  failures.push(...named);
  if (tally.failed > 0 && named.length === 0) failures.push(`the ${names} tests, which ended with exit code ${code}`);
  say(`${names} tests: ${closingLine(tally)}`);
  return tally;
}

async function runAll(interrupted: AbortSignal): Promise<Tally> {
  let total = nothing;
  for (const check of checks) {
    interrupted.throwIfAborted();
    total = add(total, await runCheck(check));
  }
  // Data of an earlier run would only make the broker slower to start.
  await reset(instance);
  const python = [trainingPackages, mlflow2Packages, feastPackages];
  await preflight(serverNames, { python });
  await together(interrupted, [
    (signal) => up(instance, { signal }),
    ...python.map((packages) => (signal: AbortSignal) => ensurePython(packages, signal)),
  ]);
  await refreshAddresses(instance);
  mkdirSync(instancePaths(instance).run, { recursive: true });
  for (const projects of rounds) {
    interrupted.throwIfAborted();
    total = add(total, await runTests(projects));
  }
  return total;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if ((await tryLock(`the tests in ${repositoryRoot}`)) === null)
    throw new Error('another npm test runs in this checkout');
  const interrupted = onInterrupt(() => process.exit(130));
  interrupted.addEventListener('abort', endCurrent);
  ignoreOwnServers();
  let total = oneFailed;
  try {
    await resetLeftInstances();
    total = await runAll(interrupted);
  } catch (error) {
    if (!interrupted.aborted) console.error(error instanceof Error ? error.message : error);
  } finally {
    await stop(instance);
    await resetLeftInstances();
  }
  if (interrupted.aborted) {
    console.log('interrupted');
    return 130;
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(closingLine(total));
  return total.failed === 0 ? 0 : 1;
}

runProgram(main);
