import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { uninterrupted } from './interrupt.ts';
import { readJson, writeJson } from './json-file.ts';
import { compileCache, repositoryRoot, type InstancePaths } from './paths.ts';
import {
  endProcess,
  identify,
  isAlive,
  signal,
  waitForEnd,
  waitForStop,
  type ProcessIdentity,
} from './process-identity.ts';
import { logTail, openLog } from './server-process.ts';
import { answersOk } from './servers/http-probe.ts';
import { allocatorEnv, nodeFlagsOf, type ServiceName } from './service-names.ts';

const readyTimeoutMs = 300_000;
const stopGraceMs = 15_000;
const firstBackoffMs = 500;
const longestBackoffMs = 15_000;
/** A service that ran this long before it ended starts again at the shortest backoff. */
const stableAfterMs = 60_000;

export interface ServiceOptions {
  readonly name: ServiceName;
  readonly paths: InstancePaths;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Tells several processes of one service apart in logs and pid files. */
  readonly label?: string;
  /** Called when a supervised process ended by itself and will be started again. Without it, an end is final. */
  readonly onRestart?: (event: { name: ServiceName; exit: string; inMs: number }) => void;
}

const recordsOf = (paths: InstancePaths): string => path.join(paths.run, 'services');

/** The built service as a child process with its log and pid file, restarted with growing pauses when that is wanted. */
export class ServiceProcess {
  readonly name: ServiceName;
  readonly url: string;
  readonly logFile: string;
  readonly #options: ServiceOptions;
  #identity: ProcessIdentity | null = null;
  #record = '';
  #wanted = false;
  #backoffMs = firstBackoffMs;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.name = options.name;
    this.url = `http://127.0.0.1:${options.port}`;
    this.logFile = path.join(options.paths.logs, `${options.label ?? options.name}.log`);
  }

  get pid(): number | null {
    return this.#identity?.pid ?? null;
  }

  get running(): boolean {
    return this.#identity !== null && isAlive(this.#identity);
  }

  /** Starts the process; `ready()` says when it answers. */
  start(): void {
    if (this.running) throw new Error(`${this.name} runs already`);
    const { paths, port, env, name } = this.#options;
    mkdirSync(recordsOf(paths), { recursive: true });
    mkdirSync(paths.logs, { recursive: true });
    const log = openLog(this.logFile);
    // In a session of its own: a Ctrl-C in the terminal reaches only the one who stops services and servers in order.
    const child = spawn(
      process.execPath,
      [...nodeFlagsOf(name), path.join(repositoryRoot, 'services', name, 'dist', 'main.js')],
      {
        cwd: repositoryRoot,
        detached: true,
        stdio: ['ignore', log, log],
        env: {
          ...process.env,
          ...allocatorEnv,
          NODE_COMPILE_CACHE: compileCache(),
          ...env,
          MILLRACE_HOST: '127.0.0.1',
          MILLRACE_PORT: String(port),
        },
      },
    );
    closeSync(log);
    const identity = child.pid === undefined ? null : identify(child.pid);
    if (identity === null) throw new Error(`${name} could not be started`);
    this.#identity = identity;
    this.#record = path.join(recordsOf(paths), `${name}-${identity.pid}.json`);
    writeJson(this.#record, identity);
    this.#wanted = true;
    this.#watch(child);
  }

  #watch(child: ChildProcess): void {
    const startedAt = performance.now();
    const record = this.#record;
    child.once('exit', (code, signalName) => {
      rmSync(record, { force: true });
      const { onRestart } = this.#options;
      if (!this.#wanted || onRestart === undefined) return;
      if (performance.now() - startedAt > stableAfterMs) this.#backoffMs = firstBackoffMs;
      const inMs = this.#backoffMs;
      this.#backoffMs = Math.min(inMs * 2, longestBackoffMs);
      onRestart({ name: this.name, exit: signalName ?? `exit code ${code}`, inMs });
      this.#restart = setTimeout(() => this.start(), inMs);
    });
  }

  /** Resolves when /health/ready answers 200; fails with the end of the log when the process ends or takes too long. */
  async ready(signal: AbortSignal = uninterrupted): Promise<void> {
    const until = performance.now() + readyTimeoutMs;
    while (!(await answersOk(`${this.url}/health/ready`))) {
      signal.throwIfAborted();
      const ended = this.#identity !== null && !isAlive(this.#identity) && this.#options.onRestart === undefined;
      if (ended || performance.now() > until) {
        const problem = ended ? 'ended before it was ready' : `was not ready after ${readyTimeoutMs / 1000} s`;
        throw new Error(`${this.name} ${problem}; the end of ${this.logFile}:\n${logTail(this.logFile, 20)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Sends a signal; after SIGKILL it waits until the process is gone, after SIGSTOP until it stands still. A supervised process comes back after a kill. */
  async signal(kind: NodeJS.Signals): Promise<void> {
    if (this.#identity === null || !signal(this.#identity, kind)) throw new Error(`${this.name} does not run`);
    if (kind === 'SIGKILL') await waitForEnd(this.#identity, 10_000);
    if (kind === 'SIGSTOP') await waitForStop(this.#identity, 10_000);
  }

  /** Waits until the process has ended by itself, as at a crash point. */
  async ended(timeoutMs: number): Promise<void> {
    if (this.#identity === null || (await waitForEnd(this.#identity, timeoutMs))) return;
    throw new Error(`${this.name} still runs after ${timeoutMs / 1000} s`);
  }

  /** Ends the process in good order, keeps it ended, and says whether it was ever started. */
  async stop(graceMs = stopGraceMs): Promise<boolean> {
    this.#wanted = false;
    clearTimeout(this.#restart);
    if (this.#identity !== null) await endProcess(this.#identity, graceMs);
    rmSync(this.#record, { force: true });
    return this.#identity !== null;
  }
}

/** Ends the gateway, so that no client's request is cut off, then all the others at once. Tells of each that had been started. */
export async function stopGatewayFirst(
  services: readonly ServiceProcess[],
  stopped: (service: ServiceProcess) => void = () => undefined,
): Promise<void> {
  const isGateway = ({ name }: ServiceProcess): boolean => name === 'gateway';
  for (const group of [services.filter(isGateway), services.filter((service) => !isGateway(service))]) {
    await Promise.all(
      group.map(async (service) => {
        if (await service.stop()) stopped(service);
      }),
    );
  }
}

/** The recorded service processes of the instance that still run, whoever started them. */
export function runningServices(paths: InstancePaths): { name: string; identity: ProcessIdentity }[] {
  if (!existsSync(recordsOf(paths))) return [];
  return readdirSync(recordsOf(paths)).flatMap((file) => {
    const identity = readJson(path.join(recordsOf(paths), file)) as ProcessIdentity | null;
    return identity !== null && isAlive(identity) ? [{ name: file.replace(/-\d+\.json$/, ''), identity }] : [];
  });
}

export function runningServiceNames(paths: InstancePaths): string[] {
  return runningServices(paths).map(({ name }) => name);
}

/** Ends services whose supervisor was killed. Only processes of this instance that are still the recorded ones are touched. */
export async function stopLeftServices(paths: InstancePaths, graceMs = stopGraceMs): Promise<number> {
  const left = runningServices(paths);
  await Promise.all(left.map(({ identity }) => endProcess(identity, graceMs)));
  rmSync(recordsOf(paths), { recursive: true, force: true });
  return left.length;
}
