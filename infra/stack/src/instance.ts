import { mkdirSync, rmSync } from 'node:fs';
import {
  artifactsDirectory,
  passedThroughEnv,
  platformEnv,
  removeAddresses,
  writeAddresses,
  type Addresses,
} from './addresses.ts';
import { findPython } from './fetch/python.ts';
import { choosePorts, knownPorts } from './instance-ports.ts';
import { withLock } from './lock.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { say } from './say.ts';
import { runningProcess, signalProcess, startProcess, stopProcess } from './server-process.ts';
import { runningServiceNames, stopLeftServices } from './service-process.ts';
import { servicePorts, serviceUrls } from './service-names.ts';
import { allServers, serverDefinition } from './servers/all.ts';
import type { ServerContext, ServerDefinition, ServerName } from './servers/server.ts';

export interface UpOptions {
  /** Start these servers only. */
  readonly only?: readonly ServerName[];
}

const externalAddress = (server: ServerDefinition): string | undefined =>
  process.env[server.externalVariable] || undefined;

const withoutPassword = (address: string): string => address.replace(/\/\/[^/@]*@/, '//…@');

function contextOf(paths: InstancePaths): ServerContext {
  return { paths, ports: knownPorts(paths) };
}

/** Starts every server of the instance that doesn't run yet, waits until all answer, and writes the addresses file. */
export async function up(instance: string, options: UpOptions = {}): Promise<Addresses> {
  const paths = instancePaths(instance);
  for (const folder of [paths.data, paths.logs, paths.run, artifactsDirectory(paths)])
    mkdirSync(folder, { recursive: true });
  const wanted = allServers.filter((server) => options.only === undefined || options.only.includes(server.name));
  return withLock(paths.root, async () => {
    const own = wanted.filter((server) => externalAddress(server) === undefined);
    for (const server of wanted) {
      const address = externalAddress(server);
      if (address !== undefined) say(`${server.title} is yours: ${withoutPassword(address)}`);
    }
    // One download after the other: each may install a package or run Maven, which don't like company.
    for (const server of own) await server.fetch();
    const held = own.filter((server) => runningProcess(paths, server.name) !== null);
    const heldPorts = new Set(held.flatMap((server) => server.ports.map((port) => port.name)));
    for (const name of runningServiceNames(paths)) heldPorts.add(name);
    const wishes = [...own.flatMap((server) => server.ports), ...servicePorts];
    const ports = await choosePorts(paths, wishes, heldPorts);
    const context = { paths, ports };
    await Promise.all(own.map((server) => startAndSay(server, context)));
    const addresses = await describe(paths, context, wanted);
    writeAddresses(paths, addresses);
    return addresses;
  });
}

async function startAndSay(server: ServerDefinition, context: ServerContext): Promise<void> {
  const startedAt = performance.now();
  const outcome = await startProcess(server, context);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(
    outcome === 'running'
      ? `${server.title} runs already at ${server.url(context.ports)}`
      : `${server.title} is ready at ${server.url(context.ports)} (${seconds} s)`,
  );
}

async function describe(
  paths: InstancePaths,
  context: ServerContext,
  servers: readonly ServerDefinition[],
): Promise<Addresses> {
  const pids: Record<string, number> = {};
  const urls: Record<string, string> = {};
  let env: Record<string, string> = {};
  for (const server of servers) {
    const external = externalAddress(server);
    if (external === undefined) {
      env = { ...env, ...server.env(context) };
      const running = runningProcess(paths, server.name);
      if (running !== null) pids[server.name] = running.pid;
    } else {
      env[server.externalVariable] = external;
    }
    urls[server.name] = external ?? server.url(context.ports);
  }
  const services = serviceUrls(context.ports);
  const python = await findPython();
  return {
    instance: paths.instance,
    pids,
    env: {
      ...env,
      ...platformEnv(paths),
      ...services.env,
      ...(python === null ? {} : { MILLRACE_PYTHON: python }),
      ...passedThroughEnv(process.env),
    },
    urls: { ...urls, ...services.urls },
  };
}

/** Writes the addresses file anew, with what has been installed since. */
export async function refreshAddresses(instance: string): Promise<Addresses> {
  const paths = instancePaths(instance);
  const addresses = await describe(paths, contextOf(paths), allServers);
  writeAddresses(paths, addresses);
  return addresses;
}

/** Stops the services that are left, then the servers; data stays. */
export async function stop(instance: string): Promise<void> {
  const paths = instancePaths(instance);
  mkdirSync(paths.run, { recursive: true });
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
  const paths = instancePaths(instance);
  mkdirSync(paths.run, { recursive: true });
  await withLock(paths.root, async () => {
    await stopServers(paths);
    rmSync(paths.root, { recursive: true, force: true });
  });
}

export interface ServerStatus {
  readonly name: ServerName;
  readonly state: 'ready' | 'starting or stuck' | 'stopped' | 'yours';
  readonly pid: number | null;
  readonly url: string;
}

export async function status(instance: string): Promise<ServerStatus[]> {
  const paths = instancePaths(instance);
  const context = contextOf(paths);
  return Promise.all(
    allServers.map(async (server): Promise<ServerStatus> => {
      const external = externalAddress(server);
      if (external !== undefined)
        return { name: server.name, state: 'yours', pid: null, url: withoutPassword(external) };
      const running = runningProcess(paths, server.name);
      if (running === null) return { name: server.name, state: 'stopped', pid: null, url: '' };
      const state = (await server.ready(context)) ? 'ready' : 'starting or stuck';
      return { name: server.name, state, pid: running.pid, url: server.url(context.ports) };
    }),
  );
}

/** Starts one server of an instance on its old ports and data, and waits until it answers. */
export async function startServer(instance: string, name: ServerName): Promise<void> {
  await startProcess(serverDefinition(name), contextOf(instancePaths(instance)));
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
