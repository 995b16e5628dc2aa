import { setTimeout as sleep } from 'node:timers/promises';
import { runServices, testNamespace } from '@millrace/testing';
import type { TrackingServer } from './tracking-server.ts';

/** The tracking service itself and the same one behind the gateway. */
export async function startMillrace(): Promise<TrackingServer> {
  const services = await runServices(testNamespace(), ['tracking']);
  // It is not ready, since the services that are no part of this do not run; it answers for those that do.
  const gateway = await services.launch('gateway');
  for (let waitedMs = 0; !(await isUp(`${gateway.url}/version`)); waitedMs += 100) {
    if (waitedMs > 60_000) throw new Error(`the gateway does not answer; see ${gateway.logFile}`);
    await sleep(100);
  }
  return {
    name: 'millrace',
    lines: [
      { name: 'millrace', url: services.url('tracking') },
      { name: 'millrace, by its gateway', url: gateway.url },
    ],
    [Symbol.asyncDispose]: () => services.stop(),
  };
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
