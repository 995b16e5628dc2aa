import { portOf, type Ports, type PortWish } from './servers/server.ts';

/** In the order they start; they stop in the opposite one. The gateway is last in and first out: it is what clients see. */
export const serviceNames = ['tracking', 'registry', 'features', 'inference', 'drift', 'gateway'] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * A batch's objects die young, when it is published and stored: what reads whole streams gets a nursery that holds some
 * batches of them, so that a collection finds most of it dead and copies little. Measured on a drain: half the time of
 * collections, a fifth of the CPU of the features service, some 100 MiB more in memory.
 */
const nurseryMiB: Partial<Record<ServiceName, number>> = { features: 128, inference: 128 };

/** Options of Node for a service. */
export function nodeFlagsOf(name: ServiceName): string[] {
  const sizeMiB = nurseryMiB[name];
  return sizeMiB === undefined ? [] : [`--min-semi-space-size=${sizeMiB}`, `--max-semi-space-size=${sizeMiB}`];
}

/**
 * Settings of glibc's allocator for a service. Its rows and answers are buffers of all sizes; by default freed ones of up to
 * 32 MiB stay with the process in ever more holes, an arena a thread. Measured on tracking, filled with 20,000 runs and paged
 * through: 735 MB instead of 920. The image says the same.
 */
export const allocatorEnv = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
} as const;

const usualPorts: Readonly<Record<ServiceName, number>> = {
  gateway: 8080,
  tracking: 8101,
  registry: 8102,
  features: 8103,
  inference: 8104,
  drift: 8105,
};

export const servicePorts: readonly PortWish[] = serviceNames.map((name) => ({ name, usual: usualPorts[name] }));

function serviceUrl(ports: Ports, name: ServiceName): string {
  return `http://127.0.0.1:${portOf(ports, name)}`;
}

/** Where each service will listen, as the others and the clients read it. */
export function serviceUrls(ports: Ports): { env: Record<string, string>; urls: Record<string, string> } {
  const env: Record<string, string> = {};
  const urls: Record<string, string> = {};
  for (const name of serviceNames) {
    const url = serviceUrl(ports, name);
    urls[name] = url;
    env[name === 'gateway' ? 'MILLRACE_GATEWAY_URL' : `MILLRACE_SERVICE_${name.toUpperCase()}_URL`] = url;
  }
  return { env, urls };
}
