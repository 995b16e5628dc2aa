import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '@millrace/testing';
import { pick, shuffled } from '../payments/random.ts';
import type { ChaosPlatform, Mortal } from './chaos-platform.ts';
import { RedisTail } from './redis-tail.ts';

const mortals: readonly Mortal[] = ['features', 'inference'];
const servers: readonly ServerName[] = ['kafka', 'schema-registry', 'redis'];
/** How long what was killed stays away, at most, before it is started again. */
const longestAwayMs = 2_000;

/** Sends `events` payments and meanwhile kills one thing after the other, each of them once before any comes again. */
export async function killAtRandom(
  chaos: ChaosPlatform,
  { events, ratePerSecond, random }: { events: number; ratePerSecond: number; random: () => number },
): Promise<void> {
  using redisTail = RedisTail.watch(chaos.servers);
  let feeding = true;
  const fed = chaos.feed.send(events, ratePerSecond).finally(() => (feeding = false));
  const follow = (async () => {
    for (; feeding; await sleep(1_000)) await chaos.readOn();
  })();
  while (feeding) {
    for (const victim of shuffled([...mortals, ...servers], random)) {
      await sleep(500 + random() * 2_500);
      if (!feeding) break;
      await killAndStart(chaos, victim, { random, redisTail });
    }
  }
  await Promise.all([fed, follow]);
}

async function killAndStart(
  chaos: ChaosPlatform,
  victim: Mortal | ServerName,
  { random, redisTail }: { random: () => number; redisTail: RedisTail },
): Promise<void> {
  const { casualties, instances, servers: stack, feed } = chaos;
  casualties.add(`${victim}, at a random time`);
  const awayMs = random() * longestAwayMs;
  const at = `${feed.sent} of ${feed.payments.length}`;
  chaos.report.say(`kill -9 ${victim} at payment ${at}, back after ${Math.round(awayMs)} ms`);
  if (victim === 'features' || victim === 'inference') {
    const instance = pick(instances[victim], random);
    await instance.signal('SIGKILL');
    await sleep(awayMs);
    instance.start();
  } else {
    await stack.kill(victim);
    if (victim === 'redis') {
      const lostBytes = redisTail.cutOff();
      chaos.report.say(`Redis has lost the last ${lostBytes} bytes of its append-only file`);
    }
    await sleep(awayMs);
    await stack.start(victim);
  }
}
