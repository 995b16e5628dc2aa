import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosPlatform, Mortal } from './chaos-platform.ts';

/** The places in the code at which a process can be told to die, and the service that passes them. */
export const crashPoints: readonly { readonly service: Mortal; readonly point: string }[] = [
  { service: 'features', point: 'features.before-rekey' },
  { service: 'features', point: 'features.before-publish' },
  { service: 'features', point: 'features.after-publish' },
  { service: 'features', point: 'features.after-commit' },
  { service: 'features', point: 'features.before-view-commit' },
  { service: 'features', point: 'features.history-before-intent' },
  { service: 'features', point: 'features.history-after-intent' },
  { service: 'features', point: 'features.history-after-insert' },
  { service: 'inference', point: 'inference.before-publish' },
  { service: 'inference', point: 'inference.after-publish' },
  { service: 'inference', point: 'inference.before-commit' },
  { service: 'inference', point: 'inference.history-before-intent' },
  { service: 'inference', point: 'inference.history-after-intent' },
  { service: 'inference', point: 'inference.history-after-insert' },
];

const longestLifeMs = 90_000;

/** An only instance that dies at the n-th pass of a point, under load; then the two usual ones take over. */
export async function dieAt(
  chaos: ChaosPlatform,
  { service, point, pass, ratePerSecond }: { service: Mortal; point: string; pass: number; ratePerSecond: number },
): Promise<void> {
  const usual = chaos.instances[service];
  await Promise.all(usual.map((instance) => instance.stop()));
  const doomed = await chaos.platform.services.launch(service, undefined, {
    MILLRACE_CRASH_POINTS: `${point}:${pass}`,
  });
  const startedAt = Date.now();
  while (doomed.running) {
    if (Date.now() - startedAt > longestLifeMs) throw new Error(`nothing has died at ${point}:${pass}`);
    if (chaos.feed.sent < chaos.feed.payments.length) await chaos.feed.send(ratePerSecond, ratePerSecond);
    else await sleep(200);
  }
  chaos.casualties.add(`${service} at ${point}`);
  chaos.report.say(`died at ${point}, pass ${pass}, after ${Math.round((Date.now() - startedAt) / 100) / 10} s`);
  for (const instance of usual) instance.start();
  await Promise.all(usual.map((instance) => instance.ready()));
}
