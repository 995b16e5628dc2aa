import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@millrace/testing';
import type { ChaosPlatform, Mortal } from './chaos-platform.ts';

/**
 * Freezes an instance that owns partitions, lets the other one take them over and get on, and thaws it: it still believes
 * that the partitions are its own, with a batch in hand.
 */
export async function freezeAnOwner(
  chaos: ChaosPlatform,
  { service, ratePerSecond }: { service: Mortal; ratePerSecond: number },
): Promise<void> {
  const [first, second] = chaos.instances[service];
  if (!first || !second) throw new Error(`there are no two instances of ${service}`);
  await Promise.all([first.ready(), second.ready()]);
  const owner = service === 'features' ? await ownerOf(chaos, [second, first]) : second;
  let feeding = true;
  const fed = (async () => {
    while (feeding) await chaos.feed.send(Math.ceil(ratePerSecond / 2), ratePerSecond);
  })();
  try {
    await sleep(1_000);
    await owner.signal('SIGSTOP');
    chaos.casualties.add(`${service}, frozen until its partitions had moved`);
    chaos.report.say(`SIGSTOP ${service} at payment ${chaos.feed.sent}`);
    const moved = await chaos.predicted();
    chaos.report.check(moved, `the partitions of a frozen ${service} move to the other instance`);
    await owner.signal('SIGCONT');
    chaos.report.say(`SIGCONT ${service} at payment ${chaos.feed.sent}`);
    await chaos.predicted();
  } finally {
    feeding = false;
    await fed;
  }
  await owner.ready();
}

/** The first of the instances that holds partitions of the source. */
async function ownerOf(chaos: ChaosPlatform, instances: readonly ServiceProcess[]): Promise<ServiceProcess> {
  let owner: ServiceProcess | undefined;
  await chaos.platform.until('an instance to own partitions', 60_000, async () => {
    for (const instance of instances) {
      const response = await fetch(`${instance.url}/api/v1/sources/payments`);
      const { consumer } = (await response.json()) as { consumer: { partitions: readonly unknown[] } | null };
      if ((consumer?.partitions.length ?? 0) === 0) continue;
      owner = instance;
      return true;
    }
    return false;
  });
  if (!owner) throw new Error('no instance owns a partition');
  return owner;
}
