import { passedThroughEnv, platformEnv, writeAddresses, type Addresses } from './addresses.ts';
import { feastPackages, findPython, mlflow2Packages, trainingPackages } from './fetch/python.ts';
import { secretKeyOf } from './secret-key.ts';
import { knownPorts } from './instance-ports.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { runningProcess } from './server-process.ts';
import { serviceUrls } from './service-names.ts';
import { allServers } from './servers/all.ts';
import type { ServerContext, ServerDefinition, ServerName } from './servers/server.ts';

export function contextOf(paths: InstancePaths): ServerContext {
  return { paths, ports: knownPorts(paths) };
}

/** The address of a server of the user's own that takes the place of ours. */
export function externalAddress(server: ServerDefinition, env: NodeJS.ProcessEnv): string | undefined {
  return env[server.externalVariable] || undefined;
}

/** Names of the servers that have to be started, as the environment names none of the user's own in their place. */
export function ownServerNames(env: NodeJS.ProcessEnv): ServerName[] {
  return allServers.filter((server) => externalAddress(server, env) === undefined).map((server) => server.name);
}

/** An address that may be printed: without the user and the password that it may hold. */
export const withoutPassword = (address: string): string => address.replace(/\/\/[^/@]*@/, '//…@');

/** What runs of the instance and how it is reached, where `env` names servers and settings of the user's own. */
export async function describeInstance(
  context: ServerContext,
  servers: readonly ServerDefinition[],
  env: NodeJS.ProcessEnv,
): Promise<Addresses> {
  const { paths, ports } = context;
  const pids: Record<string, number> = {};
  const urls: Record<string, string> = {};
  let serverEnv: Record<string, string> = {};
  for (const server of servers) {
    const external = externalAddress(server, env);
    if (external === undefined) {
      serverEnv = { ...serverEnv, ...server.env(context) };
      const running = runningProcess(paths, server.name);
      if (running !== null) pids[server.name] = running.pid;
    } else {
      serverEnv[server.externalVariable] = external;
    }
    urls[server.name] = external === undefined ? server.url(ports) : withoutPassword(external);
  }
  const services = serviceUrls(ports);
  const python = await findPython(trainingPackages);
  const mlflow2 = await findPython(mlflow2Packages);
  const feast = await findPython(feastPackages);
  return {
    instance: paths.instance,
    pids,
    env: {
      ...serverEnv,
      ...platformEnv(paths),
      MILLRACE_REGISTRY_SECRET_KEY: secretKeyOf(paths),
      ...services.env,
      ...(python === null ? {} : { MILLRACE_PYTHON: python }),
      ...(mlflow2 === null ? {} : { MILLRACE_PYTHON_MLFLOW2: mlflow2 }),
      ...(feast === null ? {} : { MILLRACE_PYTHON_FEAST: feast }),
      ...passedThroughEnv(env),
    },
    urls: { ...urls, ...services.urls },
  };
}

/** Writes the addresses file anew, with what has been installed since. */
export async function refreshAddresses(instance: string, env: NodeJS.ProcessEnv = process.env): Promise<Addresses> {
  const paths = instancePaths(instance);
  const addresses = await describeInstance(contextOf(paths), allServers, env);
  writeAddresses(paths, addresses);
  return addresses;
}
