// Puts the Node packages of this checkout in place, once, for bootstrap.mjs: nothing of this checkout can be imported yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.millrace-installed');
const endGraceMs = 3_000;

export const projectNode = path.join(modules, '.bin', 'node');
export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

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

function tryListen(name) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(name, () => resolve(server));
  });
}

/**
 * Two first starts at once must not install into one folder: the later one waits and finds everything there. The lock is an
 * abstract socket as in src/lock.ts: the kernel gives it back when its owner ends, however it ends.
 */
async function withInstallLock(work) {
  const name = `\0millrace-install-${createHash('sha256').update(root).digest('hex').slice(0, 40)}`;
  let lock = await tryListen(name);
  if (lock === null) console.log('waiting for another npm install of this checkout');
  while (lock === null) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    lock = await tryListen(name);
  }
  try {
    await work();
  } finally {
    lock.close();
  }
}

function signalGroup(leader, name) {
  try {
    process.kill(-leader, name);
  } catch {
    // All of it has ended.
  }
}

/** Runs npm in a group of its own, so that an interrupt ends it with the scripts that it runs, whoever else was signalled. */
function runNpm(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env, detached: true });
    const interrupt = () => {
      signalGroup(child.pid, 'SIGTERM');
      setTimeout(() => signalGroup(child.pid, 'SIGKILL'), endGraceMs).unref();
      child.once('close', () => process.exit(130));
    };
    for (const name of signals) process.once(name, interrupt);
    child.once('error', (error) => reject(new Error(`npm cannot be run: ${error.message}`)));
    child.once('close', (code) => {
      for (const name of signals) process.off(name, interrupt);
      resolve(code ?? 1);
    });
  });
}

async function install() {
  const startedAt = Date.now();
  // What is interrupted half-way counts as installed for no state of the checkout.
  rmSync(stampFile, { force: true });
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
  // Whatever NODE_ENV or the user's npmrc say: Node itself and the compiler are dev dependencies, and Node's script puts it in place.
  const needed = ['--include=dev', '--ignore-scripts=false'];
  const code = await runNpm(['install', ...needed, '--no-audit', '--no-fund', '--loglevel=error'], env).finally(() =>
    clearInterval(heartbeat),
  );
  if (code !== 0) throw new Error(`npm install ended with ${code}`);
  if (!existsSync(projectNode)) {
    throw new Error(`npm install has put no Node at ${projectNode}: delete node_modules and try again`);
  }
  writeFileSync(stampFile, wantedStamp());
  console.log(`installed in ${seconds()} s`);
}

/** Installs unless this very state of the checkout has been installed. */
export async function ensureInstalled() {
  if (!isInstalled()) await withInstallLock(async () => (isInstalled() ? undefined : install()));
}
