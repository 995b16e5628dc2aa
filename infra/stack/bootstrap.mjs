// Runs on the machine's own Node (20 or newer) with nothing installed: installs what is missing, then hands over to the
// project's Node and the TypeScript programs in src/.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled, projectNode, signals } from './install.mjs';

const commands = {
  start: ['start.ts', 'everything: the stack, the services, the demo'],
  stack: ['stack.ts', 'the local servers: up, status, stop, reset, logs'],
  test: ['test.ts', 'checks and all tests on a stack of their own'],
  proof: ['proof.ts', 'one full-size proof, or a list of them'],
  bench: ['bench.ts', 'one benchmark, or a list of them'],
  millrace: ['millrace.ts', 'the command line of the platform'],
};

function fail(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

function handOver(script, args) {
  const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'src', script);
  const child = spawn(projectNode, ['--conditions=source', program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${path.dirname(projectNode)}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  // A terminal sends Ctrl-C to both processes, a plain kill only to this one. The program counts signals that come
  // together as one.
  for (const name of signals) process.on(name, () => child.kill(name));
  child.once('error', (error) =>
    fail(`the project's Node cannot be run: ${error.message}. Delete node_modules and try again`),
  );
  child.once('close', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
}

process.env.MILLRACE_STARTED_AT_MS ??= String(Date.now());
const [command, ...args] = process.argv.slice(2);
const entry = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined;
if (entry === undefined) {
  const lines = Object.entries(commands).map(([name, [, what]]) => `  ${name.padEnd(10)}${what}`);
  console.log(`usage: node infra/stack/bootstrap.mjs COMMAND …\n\n${lines.join('\n')}`);
  process.exit(command === undefined || command === '--help' ? 0 : 2);
}
await ensureInstalled().catch(fail);
handOver(entry[0], args);
