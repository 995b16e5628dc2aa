import { contextOf, externalAddress, withoutPassword } from './describe-instance.ts';
import { instancePaths } from './paths.ts';
import { runningProcess } from './server-process.ts';
import { runningServices } from './service-process.ts';
import { serviceNames, serviceUrls, type ServiceName } from './service-names.ts';
import { allServers } from './servers/all.ts';
import { answersOk } from './servers/http-probe.ts';
import type { ServerName } from './servers/server.ts';

type State = 'ready' | 'starting or stuck' | 'stopped' | 'yours';

export interface ProcessStatus {
  readonly name: ServerName | ServiceName;
  readonly state: State;
  readonly pid: number | null;
  readonly url: string;
}

/** Every server and every service of the instance. */
export async function status(instance: string, env: NodeJS.ProcessEnv = process.env): Promise<ProcessStatus[]> {
  return [...(await serverStatus(instance, env)), ...(await serviceStatus(instance))];
}

function serverStatus(instance: string, env: NodeJS.ProcessEnv): Promise<ProcessStatus[]> {
  const paths = instancePaths(instance);
  const context = contextOf(paths);
  return Promise.all(
    allServers.map(async (server): Promise<ProcessStatus> => {
      const { name } = server;
      const external = externalAddress(server, env);
      if (external !== undefined) return { name, state: 'yours', pid: null, url: withoutPassword(external) };
      const running = runningProcess(paths, name);
      if (running === null) return { name, state: 'stopped', pid: null, url: '' };
      const state = (await server.ready(context)) ? 'ready' : 'starting or stuck';
      return { name, state, pid: running.pid, url: server.url(context.ports) };
    }),
  );
}

function serviceStatus(instance: string): Promise<ProcessStatus[]> {
  const paths = instancePaths(instance);
  const running = runningServices(paths);
  return Promise.all(
    serviceNames.map(async (name): Promise<ProcessStatus> => {
      const found = running.find((each) => each.name === name);
      if (found === undefined) return { name, state: 'stopped', pid: null, url: '' };
      const url = serviceUrls(contextOf(paths).ports).urls[name] ?? '';
      const state = (await answersOk(`${url}/health/ready`)) ? 'ready' : 'starting or stuck';
      return { name, state, pid: found.identity.pid, url };
    }),
  );
}

/** True when each of the names is up. */
export function areUp(names: readonly string[], statuses: readonly ProcessStatus[]): boolean {
  const up = new Set(statuses.flatMap(({ name, state }) => (state === 'ready' || state === 'yours' ? [name] : [])));
  return names.every((name) => (up as ReadonlySet<string>).has(name));
}
