import { contextOf } from './describe-instance.ts';
import { uninterrupted } from './interrupt.ts';
import { withLock } from './lock.ts';
import { instancePaths } from './paths.ts';
import { runningProcess, signalProcess, startProcess, stopProcess } from './server-process.ts';
import { serverDefinition } from './servers/all.ts';
import type { ServerName } from './servers/server.ts';

/** Starts one server of an instance on its old ports and data, and waits until it answers. */
export async function startServer(instance: string, name: ServerName): Promise<void> {
  await startProcess(serverDefinition(name), contextOf(instancePaths(instance)), uninterrupted);
}

/** Starts a server that has ended by itself, unless somebody else works on the instance and has done so meanwhile. */
export async function reviveServer(instance: string, name: ServerName, signal: AbortSignal): Promise<void> {
  const paths = instancePaths(instance);
  const start = async (): Promise<void> => {
    if (runningProcess(paths, name) === null) await startProcess(serverDefinition(name), contextOf(paths), signal);
  };
  await withLock(paths.root, start, signal);
}

/** Sends a signal to one server: SIGKILL by default, SIGSTOP and SIGCONT to freeze and thaw it. */
export async function killServer(instance: string, name: ServerName, kind: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  await signalProcess(instancePaths(instance), name, kind);
}

/** Stops one server in good order. */
export async function stopServer(instance: string, name: ServerName): Promise<void> {
  await stopProcess(serverDefinition(name), contextOf(instancePaths(instance)));
}

/** Ends one server, in good order or with SIGKILL, and starts it again on the same ports and data. */
export async function restartServer(instance: string, name: ServerName, kind: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (kind === 'SIGKILL') await killServer(instance, name, kind);
  else await stopServer(instance, name);
  await startServer(instance, name);
}
