import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { build } from './build.ts';
import { ClosingLine } from './closing-line.ts';
import { preflight } from './fetch/preflight.ts';
import { ensurePython, mlflow2Packages, trainingPackages } from './fetch/python.ts';
import { refreshAddresses } from './describe-instance.ts';
import { reset, stop, up } from './instance.ts';
import { onInterrupt } from './interrupt.ts';
import { tryLock } from './lock.ts';
import { repositoryRoot } from './paths.ts';
import { serverNames } from './servers/server.ts';
import { say } from './say.ts';
import { ignoreOwnServers } from './test-environment.ts';
import { together } from './together.ts';

type ProgramKind = 'proof' | 'bench';

/** The text of the first comment in a program's source: its own description of itself, on one line. */
export function describeProgram(source: string): string {
  const comment = /^\s*\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? '';
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s*/, '').trim())
    .filter((line) => line !== '')
    .join(' ');
}

const folderOf = (kind: ProgramKind): string => path.join(repositoryRoot, 'infra', kind, 'src');

/** Every file at the top of the folder is a program; what programs share lies in folders below. */
function namesOf(kind: ProgramKind): string[] {
  const folder = folderOf(kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^[a-z0-9-]+\.ts$/.test(file))
    .map((file) => file.slice(0, -3))
    .sort();
}

function printUsage(kind: ProgramKind): void {
  console.log(`usage: npm run ${kind} -- NAME [OPTIONS]\n`);
  for (const name of namesOf(kind)) {
    console.log(
      `  ${name.padEnd(18)}${describeProgram(readFileSync(path.join(folderOf(kind), `${name}.ts`), 'utf8'))}`,
    );
  }
  console.log(`\nIt runs on a stack of its own (instance "${kind}"), which starts empty and is stopped at the end.
Servers of yours that MILLRACE_… variables name are not used.`);
}

interface Ended {
  readonly code: number;
  readonly closingLine: string | null;
}

function runProgramFile(
  file: string,
  args: readonly string[],
  instance: string,
  interrupted: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=source', file, ...args], {
      cwd: repositoryRoot,
      detached: true,
      stdio: ['inherit', 'pipe', 'inherit'],
      env: { ...process.env, MILLRACE_STACK_INSTANCE: instance },
    });
    const output = child.stdout.pipe(new ClosingLine());
    output.pipe(process.stdout, { end: false });
    interrupted.addEventListener('abort', () => child.kill('SIGTERM'));
    child.once('close', (code) => {
      void finished(output).finally(() => resolve({ code: code ?? 1, closingLine: output.line }));
    });
  });
}

/** Runs one proof or bench on a fresh instance; its exit code is ours. */
export async function runNamed(kind: ProgramKind, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || !namesOf(kind).includes(name)) {
    if (name !== undefined && name !== '--help') console.error(`there is no ${kind} called "${name}"\n`);
    printUsage(kind);
    return name === '--help' ? 0 : 2;
  }
  const file = path.join(folderOf(kind), `${name}.ts`);
  if (rest.includes('--help')) return (await runProgramFile(file, rest, kind, new AbortController().signal)).code;
  if ((await tryLock(`${kind} in ${repositoryRoot}`)) === null)
    throw new Error(`another ${kind} runs in this checkout`);
  const interrupted = onInterrupt(() => process.exit(130));
  ignoreOwnServers();
  let ended: Ended | null = null;
  try {
    await reset(kind);
    const python = kind === 'proof' ? [trainingPackages, mlflow2Packages] : [trainingPackages];
    await preflight(serverNames, { python });
    await together(interrupted, [
      (signal) => up(kind, { signal }),
      build,
      ...python.map((packages) => (signal: AbortSignal) => ensurePython(packages, signal)),
    ]);
    await refreshAddresses(kind);
    say(`${kind} ${name}`);
    ended = await runProgramFile(file, rest, kind, interrupted);
    return ended.code;
  } catch (error) {
    if (interrupted.aborted) return 130;
    throw error;
  } finally {
    await stop(kind);
    if (ended !== null && ended.closingLine !== null) console.log(ended.closingLine);
  }
}
