import {
  choosePort,
  instancePaths,
  serviceNames,
  ServiceProcess,
  serviceUrls,
  stopGatewayFirst,
  type ServiceName,
} from '@millrace/stack';
import type { TestNamespace } from './stack-namespace.ts';

export interface RunServicesOptions {
  /** Added to the environment of every service: crash points, intervals. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to the environment of one service. */
  readonly envOf?: Partial<Readonly<Record<ServiceName, Readonly<Record<string, string>>>>>;
  /** Start again what ends, as `npm start` does. Without it, an ended service stays ended until `start()`. */
  readonly restart?: boolean;
}

/** Built services that run in one namespace, each on a port of its own. */
export class RunningServices implements AsyncDisposable {
  /** The namespace's environment with the URLs of these services in it: what a client needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly #namespace: TestNamespace;
  readonly #options: RunServicesOptions;
  readonly #processes: ServiceProcess[] = [];

  constructor(namespace: TestNamespace, ports: Readonly<Record<string, number>>, options: RunServicesOptions) {
    this.#namespace = namespace;
    this.#options = options;
    this.env = { ...namespace.env, ...serviceUrls(ports).env, ...options.env };
  }

  /** The first process of that service. */
  get(name: ServiceName): ServiceProcess {
    const found = this.#processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`${name} was not started in this namespace`);
    return found;
  }

  /** Every process of that service, in the order they were launched. */
  all(name: ServiceName): ServiceProcess[] {
    return this.#processes.filter((process) => process.name === name);
  }

  url(name: ServiceName): string {
    return this.get(name).url;
  }

  /** Starts one process of the service: the first on the port that the others know, any further one on a port of its own. */
  async launch(name: ServiceName, port?: number, env: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const count = this.all(name).length;
    const process = new ServiceProcess({
      name,
      paths: instancePaths(this.#namespace.instance),
      port: port ?? (await choosePort([], new Set())),
      env: { ...this.env, ...this.#options.envOf?.[name], ...env },
      label: `${this.#namespace.keyPrefix}-${name}${count === 0 ? '' : `-${count + 1}`}`,
      ...(this.#options.restart ? { onRestart: () => {} } : {}),
    });
    this.#processes.push(process);
    process.start();
    return process;
  }

  async stop(): Promise<void> {
    await stopGatewayFirst(this.#processes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Starts built services (run `tsc -b` first) in a namespace and waits until all are ready. */
export async function runServices(
  namespace: TestNamespace,
  names: readonly ServiceName[],
  options: RunServicesOptions = {},
): Promise<RunningServices> {
  const taken = new Set<number>();
  const ports: Record<string, number> = {};
  // A service that isn't started gets an address too: whoever calls it is refused at once.

  for (const name of serviceNames) ports[name] = await choosePort([], taken);
  const services = new RunningServices(namespace, ports, options);
  try {
    const processes: ServiceProcess[] = [];
    for (const name of names) processes.push(await services.launch(name, ports[name]));
    await Promise.all(processes.map((process) => process.ready()));
    return services;
  } catch (error) {
    await services.stop();
    throw error;
  }
}
