import { startServer } from './instance.ts';
import { knownPorts } from './instance-ports.ts';
import { instancePaths } from './paths.ts';
import { say } from './say.ts';
import { runningProcess } from './server-process.ts';
import { portOf, serverNames, type ServerName } from './servers/server.ts';
import { serviceNames } from './service-names.ts';
import { ServiceProcess, stopLeftServices } from './service-process.ts';

const watchEveryMs = 2_000;

/** The six services of one instance under supervision, and a watch over its servers. */
export class Platform {
  readonly #instance: string;
  readonly #services: ServiceProcess[];
  readonly #ownServers: readonly ServerName[];
  #watch: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(instance: string, env: Readonly<Record<string, string>>) {
    const paths = instancePaths(instance);
    const ports = knownPorts(paths);
    this.#instance = instance;
    this.#ownServers = serverNames.filter((name) => runningProcess(paths, name) !== null);
    this.#services = serviceNames.map(
      (name) =>
        new ServiceProcess({
          name,
          paths,
          env,
          port: portOf(ports, name),
          onRestart: ({ exit, inMs }) =>
            say(`${name} ended (${exit}) and starts again in ${inMs / 1000} s; its log: ${paths.logs}/${name}.log`),
        }),
    );
  }

  /** Starts all services at once and waits until each is ready: they wait for one another. */
  async start(): Promise<void> {
    const left = await stopLeftServices(instancePaths(this.#instance));
    if (left > 0) say(`${left} services of a platform that was killed have been stopped`);
    for (const service of this.#services) service.start();
    this.#watch = setInterval(() => void this.#reviveServers(), watchEveryMs);
    await Promise.all(
      this.#services.map(async (service) => {
        const startedAt = performance.now();
        await service.ready();
        say(`${service.name} is ready at ${service.url} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      }),
    );
  }

  async #reviveServers(): Promise<void> {
    for (const name of this.#ownServers) {
      if (this.#stopping || runningProcess(instancePaths(this.#instance), name) !== null) continue;
      say(`${name} has ended and is started again`);
      try {
        await startServer(this.#instance, name);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** The service that clients see ends before those it calls. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#watch);
    for (const service of this.#services.toReversed()) {
      await service.stop();
      say(`${service.name} has stopped`);
    }
  }
}
