import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrackingServer } from './tracking-server.ts';

const readyTimeoutMs = 120_000;

export interface ChildServerOptions {
  readonly name: string;
  readonly url: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Another maker's server as a process group of our own; resolves when it answers searches. */
export async function startChildServer(options: ChildServerOptions): Promise<TrackingServer> {
  const { name, url, command, args, folder, logFile, env } = options;
  const log = openSync(logFile, 'a');
  // A group of its own: it has workers, which end with it.
  const child = spawn(command, [...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  const ended = once(child, 'exit');
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  };
  process.once('exit', kill);
  const untilMs = performance.now() + readyTimeoutMs;
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() > untilMs) {
      kill();
      throw new Error(
        `${name} does not answer; the end of ${logFile}:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`,
      );
    }
    await sleep(100);
  }
  return {
    name,
    lines: [{ name, url }],
    async [Symbol.asyncDispose]() {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const path = '/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default';
    return (await fetch(url + path, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
