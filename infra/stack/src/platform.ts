import { knownPorts } from './instance-ports.ts';
import { reviveServer } from './one-server.ts';
import { instancePaths, type InstancePaths } from './paths.ts';
import { isStopped, signal as sendSignal } from './process-identity.ts';
import { say } from './say.ts';
import { runningProcess } from './server-process.ts';
import { portOf, serverNames, type ServerName } from './servers/server.ts';
import { serviceNames } from './service-names.ts';
import { ServiceProcess, stopGatewayFirst, stopLeftServices } from './service-process.ts';

const watchEveryMs = 2_000;

/** The six services of one instance under supervision, and a watch over its servers. */
export class Platform {
  readonly #paths: InstancePaths;
  readonly #services: ServiceProcess[];
  readonly #ownServers: readonly ServerName[];
  readonly #stopping = new AbortController();
  #watch: NodeJS.Timeout | undefined;
  #reviving: Promise<void> | null = null;

  constructor(instance: string, env: Readonly<Record<string, string>>) {
    const paths = instancePaths(instance);
    const ports = knownPorts(paths);
    this.#paths = paths;
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
  async start(interrupted: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([interrupted, this.#stopping.signal]);
    const left = await stopLeftServices(this.#paths);
    if (left > 0) say(`${left} services of a platform that was killed have been stopped`);
    signal.throwIfAborted();
    for (const service of this.#services) service.start();
    this.#watch = setInterval(() => this.#reviveOnce(), watchEveryMs);
    await Promise.all(
      this.#services.map(async (service) => {
        const startedAt = performance.now();
        await service.ready(signal);
        say(`${service.name} is ready at ${service.url} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      }),
    );
  }

  /** One revival at a time: a server takes longer to start than the watch to come round again. */
  #reviveOnce(): void {
    this.#reviving ??= this.#reviveServers().finally(() => (this.#reviving = null));
  }

  async #reviveServers(): Promise<void> {
    const { signal } = this.#stopping;
    for (const name of this.#ownServers) {
      const running = runningProcess(this.#paths, name);
      if (running !== null && isStopped(running)) {
        say(`${name} was stopped by a signal and goes on`);
        sendSignal(running, 'SIGCONT');
      }
      if (signal.aborted || running !== null) continue;
      say(`${name} has ended and is started again`);
      try {
        await reviveServer(this.#paths.instance, name, signal);
      } catch (error) {
        if (!signal.aborted) say(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** The service that clients see ends first; the others at once: what one asks of another that is gone it asks again later. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the platform stops'));
    clearInterval(this.#watch);
    await this.#reviving;
    await stopGatewayFirst(this.#services, (service) => say(`${service.name} has stopped`));
  }
}
