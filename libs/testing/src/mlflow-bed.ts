import { setTimeout as sleep } from 'node:timers/promises';
import { RoundRobin } from './round-robin.ts';
import type { TestNamespace } from './stack-namespace.ts';
import { runServices, type RunningServices } from './stack-services.ts';

/** What an MLflow client talks to: a gateway before tracking and registry. */
export interface MlflowBed extends AsyncDisposable {
  readonly address: string;
  readonly services: RunningServices;
}

const liveTimeoutMs = 300_000;

/** Receivers of webhooks are the tests themselves. */
const webhooksToThisHost = {
  MILLRACE_REGISTRY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  MILLRACE_REGISTRY_WEBHOOK_SCHEMES: 'http,https',
  MILLRACE_REGISTRY_WEBHOOK_ALLOW_PRIVATE: 'true',
};

/** Starts the built services with so many processes of tracking and registry each; requests reach one after the other. */
export async function runMlflowBed(namespace: TestNamespace, instances: number): Promise<MlflowBed> {
  await using started = new AsyncDisposableStack();
  const services = await runServices(namespace, ['tracking']);
  started.use(services);
  const tracking = await several(services, { name: 'tracking', running: 1, instances, env: {} });
  const before = started.use(await RoundRobin.before(tracking));
  const env = { MILLRACE_SERVICE_TRACKING_URL: before.url, ...webhooksToThisHost };
  const registry = await several(services, { name: 'registry', running: 0, instances, env });
  const beforeRegistry = started.use(await RoundRobin.before(registry));
  const all = { ...env, MILLRACE_SERVICE_REGISTRY_URL: beforeRegistry.url };
  const { url } = await services.launch('gateway', undefined, all);
  await untilLive(url);
  const owned = started.move();
  return { address: url, services, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

interface Several {
  readonly name: 'tracking' | 'registry';
  readonly running: number;
  readonly instances: number;
  readonly env: Readonly<Record<string, string>>;
}

async function several(services: RunningServices, { name, running, instances, env }: Several): Promise<string[]> {
  for (let count = running; count < instances; count += 1) await services.launch(name, undefined, env);
  const processes = services.all(name);
  await Promise.all(processes.map((process) => process.ready()));
  return processes.map(({ url }) => url);
}

/** The gateway is ready only when every service of the platform is; here it need only answer. */
export async function untilLive(url: string): Promise<void> {
  const deadline = performance.now() + liveTimeoutMs;
  for (;;) {
    const response = await fetch(`${url}/health/live`).catch(() => null);
    if (response?.ok) return;
    if (performance.now() > deadline) throw new Error(`${url} did not answer within ${liveTimeoutMs / 1000} s`);
    await sleep(100);
  }
}
