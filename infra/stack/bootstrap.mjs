// Runs on the machine's own Node (20 or newer) with nothing installed: installs what is missing, then hands over to the
// project's Node and the TypeScript programs in src/.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.join(root, 'node_modules');
const projectNode = path.join(modules, '.bin', 'node');
const stampFile = path.join(modules, '.millrace-installed');

const commands = {
  start: ['start.ts', 'everything: the stack, the services, the demo'],
  stack: ['stack.ts', 'the local servers: up, status, stop, reset, logs'],
  test: ['test.ts', 'checks and all tests on a stack of their own'],
  proof: ['proof.ts', 'one full-size proof, or a list of them'],
  bench: ['bench.ts', 'one benchmark, or a list of them'],
  millrace: ['millrace.ts', 'the command line of the platform'],
};

/** What an installation depends on: every package.json of the workspaces and the lock file. */
function wantedStamp() {
  const files = ['package.json', 'package-lock.json', 'schemas/package.json'];
  for (const group of ['libs', 'services', 'infra']) {
    for (const name of readdirSync(path.join(root, group)).sort()) files.push(`${group}/${name}/package.json`);
  }
  const hash = createHash('sha256');
  for (const file of files) {
    const full = path.join(root, file);
    if (existsSync(full)) hash.update(`${file}\n`).update(readFileSync(full));
  }
  return hash.digest('hex');
}

function isInstalled() {
  return existsSync(projectNode) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Two first starts at once must not install into one folder: the later one waits and finds everything there. */
async function withInstallLock(work) {
  const lock = path.join(root, '.millrace', 'install.lock');
  mkdirSync(path.dirname(lock), { recursive: true });
  let said = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readFileSync(lock, { encoding: 'utf8', flag: 'a+' }));
      if (owner > 0 && !isRunning(owner)) rmSync(lock, { force: true });
      else if (!said) console.log('waiting for another npm install of this checkout');
      said = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function install() {
  const startedAt = Date.now();
  console.log('installing the Node packages of this checkout (npm install)');
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const heartbeat = setInterval(() => {
    const packages = existsSync(modules) ? readdirSync(modules).length : 0;
    console.log(`  npm install: ${seconds()} s, ${packages} packages in place`);
  }, 5_000);
  // The GPU libraries of onnxruntime-node are a large download that nothing here uses.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  // `npm run` sets variables that make a nested npm believe it runs inside that script's package.
  for (const name of Object.keys(env)) if (/^npm_(?!config_)/.test(name)) delete env[name];
  const code = await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { env });
  clearInterval(heartbeat);
  if (code !== 0) throw new Error(`npm install ended with ${code}`);
  writeFileSync(stampFile, wantedStamp());
  console.log(`installed in ${seconds()} s`);
}

function handOver(script, args) {
  const program = path.join(root, 'infra', 'stack', 'src', script);
  const child = spawn(projectNode, ['--conditions=source', program, ...args], {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${path.dirname(projectNode)}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  // A terminal sends Ctrl-C to both processes, a plain kill only to this one. The program counts signals that come
  // together as one.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
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
try {
  if (!isInstalled()) await withInstallLock(async () => (isInstalled() ? undefined : install()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
handOver(entry[0], args);
