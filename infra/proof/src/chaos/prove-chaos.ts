import { seededRandom } from '../payments/random.ts';
import { ChaosPlatform, type ChaosOptions } from './chaos-platform.ts';
import { crashPoints, dieAt } from './crash-points.ts';
import { killAtRandom } from './random-kills.ts';
import { verifyChaos } from './verify-chaos.ts';
import { freezeAnOwner } from './zombies.ts';

export interface ChaosSize extends Omit<ChaosOptions, 'payments'> {
  /** Payments of the part that is killed at random times. */
  readonly events: number;
  readonly ratePerSecond: number;
  /** Names of crash points to die at; each seed dies at other passes. */
  readonly points: readonly string[];
  readonly rounds: number;
}

/** Payments for the crash points and the frozen owners: as many as their load may use up. */
const besides = { rate: 30, payments: 10_000 } as const;
const laterPasses = 8;

/** Kills everything that the stream runs through, in three ways, and counts what is left at the end. */
export async function proveChaos({ events, ratePerSecond, points, rounds, ...options }: ChaosSize): Promise<void> {
  const { report, seed } = options;
  const random = seededRandom(seed);
  const payments = events + besides.payments * Math.max(1, rounds);
  await using chaos = await ChaosPlatform.start({ ...options, payments });
  for (let round = 0; round < rounds; round += 1) {
    for (const { service, point } of crashPoints.filter((one) => points.includes(one.point))) {
      await dieAt(chaos, { service, point, pass: 1 + Math.floor(random() * laterPasses), ratePerSecond: besides.rate });
    }
  }
  await killAtRandom(chaos, { events, ratePerSecond, random });
  for (const service of ['features', 'inference'] as const) {
    await freezeAnOwner(chaos, { service, ratePerSecond: besides.rate });
  }
  await verifyChaos(chaos, random);
  report.say(`\nkilled or frozen, seed ${seed}`);
  for (const line of chaos.casualties.table()) report.say(line);
  const repeats = chaos.ledger.records - chaos.ledger.size;
  report.say(
    `${chaos.feed.sent} payments, ${chaos.feed.resends} requests sent again; ${chaos.ledger.records} records of predictions, ${repeats} of them repeats\n`,
  );
}
