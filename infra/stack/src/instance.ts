import { mkdirSync, rmSync } from 'node:fs';
import { artifactsDirectory, removeAddresses, writeAddresses, type Addresses } from './addresses.ts';
import { contextOf, describeInstance, externalAddress, withoutPassword } from './describe-instance.ts';
import { choosePorts } from './instance-ports.ts';
import { uninterrupted } from './interrupt.ts';
import { withLock } from './lock.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { say } from './say.ts';
import { runningProcess, signalProcess, startProcess, stopProcess } from './server-process.ts';
import { runningServiceNames, stopLeftServices } from './service-process.ts';
import { servicePorts } from './service-names.ts';
import { allServers } from './servers/all.ts';
import type { ServerContext, ServerDefinition, ServerName } from './servers/server.ts';
import { stopSupervisor } from './supervisor.ts';
import { together } from './together.ts';

export interface UpOptions {
  /** Start these servers only. */
  readonly only?: readonly ServerName[];
  /** Ends the start: downloads and servers under way are ended before `up` throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where servers of the user's own are named; the environment of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts every server of the instance that doesn't run yet, waits until all answer, and writes the addresses file. */
export async function up(instance: string, options: UpOptions = {}): Promise<Addresses> {
  const { only, signal = uninterrupted, env = process.env } = options;
  const paths = instancePaths(instance);
  for (const folder of [paths.data, paths.logs, paths.run, artifactsDirectory(paths)])
    mkdirSync(folder, { recursive: true });
  const wanted = allServers.filter((server) => only === undefined || only.includes(server.name));
  const start = async (): Promise<Addresses> => {
    const own = wanted.filter((server) => externalAddress(server, env) === undefined);
    for (const server of wanted) {
      const address = externalAddress(server, env);
      if (address !== undefined) say(`${server.title} is yours: ${withoutPassword(address)}`);
    }
    // One download after the other: each may install a package or run Maven, which don't like company.
    for (const server of own) await server.fetch(signal);
    const context = { paths, ports: await choosePorts(paths, wishesOf(own), heldPorts(paths, own)) };
    await together(
      signal,
      own.map((server) => (joint) => startAndSay(server, context, joint)),
    );
    const addresses = await describeInstance(context, wanted, env);
    signal.throwIfAborted();
    writeAddresses(paths, addresses);
    return addresses;
  };
  return withLock(paths.root, start, signal);
}

function wishesOf(own: readonly ServerDefinition[]) {
  return [...own.flatMap((server) => server.ports), ...servicePorts];
}

/** Names of the ports whose owner runs. */
function heldPorts(paths: InstancePaths, own: readonly ServerDefinition[]): Set<string> {
  const held = own.filter((server) => runningProcess(paths, server.name) !== null);
  return new Set([...held.flatMap((server) => server.ports.map(({ name }) => name)), ...runningServiceNames(paths)]);
}

async function startAndSay(server: ServerDefinition, context: ServerContext, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const outcome = await startProcess(server, context, signal);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(
    outcome === 'running'
      ? `${server.title} runs already at ${server.url(context.ports)}`
      : `${server.title} is ready at ${server.url(context.ports)} (${seconds} s)`,
  );
}

/** Stops the `npm start` that minds the instance, the services that are left, then the servers; data stays. */
export async function stop(instance: string): Promise<void> {
  const paths = instancePaths(instance);
  mkdirSync(paths.run, { recursive: true });
  await stopSupervisor(paths);
  await withLock(paths.root, () => stopServers(paths));
}

async function stopServers(paths: InstancePaths): Promise<void> {
  removeAddresses(paths);
  const left = await stopLeftServices(paths);
  if (left > 0) say(`${left} services have stopped`);
  // No server needs another one to end well; a JVM may take a while to write its class archive.
  await Promise.all(
    allServers.map(async (server) => {
      if (await stopProcess(server, contextOf(paths))) say(`${server.title} has stopped`);
    }),
  );
}

/** Ends every process of the instance at once, without order or goodbye. */
export async function killInstance(instance: string): Promise<void> {
  const paths = instancePaths(instance);
  removeAddresses(paths);
  const servers = allServers.filter((server) => runningProcess(paths, server.name) !== null);
  await Promise.allSettled([
    stopLeftServices(paths, 0),
    ...servers.map((server) => signalProcess(paths, server.name, 'SIGKILL')),
  ]);
}

/** Stops the instance and deletes its data, logs and ports. */
export async function reset(instance: string): Promise<void> {
  await resetAt(instancePaths(instance));
}

export async function resetAt(paths: InstancePaths): Promise<void> {
  mkdirSync(paths.run, { recursive: true });
  await stopSupervisor(paths);
  await withLock(paths.root, async () => {
    await stopServers(paths);
    rmSync(paths.root, { recursive: true, force: true });
  });
}
