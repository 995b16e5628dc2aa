import { setTimeout as sleep } from 'node:timers/promises';
import {
  untilLive,
  type RunningServices,
  type ServerName,
  type ServiceName,
  type ServiceProcess,
  type StackServers,
} from '@millrace/testing';
import { Casualties } from '../chaos/casualties.ts';
import { pick, shuffled } from '../payments/random.ts';
import type { ProofReport } from '../run/proof-report.ts';

export interface Writer {
  /** Writes that were answered. */
  readonly acknowledged: number;
  /** Writes something on; rejects when the server refuses what it should take. */
  writeOn(): Promise<void>;
}

export interface Killing {
  readonly report: ProofReport;
  readonly servers: StackServers;
  readonly services: RunningServices;
  readonly random: () => number;
}

const services: readonly ServiceName[] = ['tracking', 'registry', 'gateway'];
const servers: readonly ServerName[] = ['kafka', 'clickhouse', 'schema-registry'];
/** How long what was killed stays away, at most. */
const longestAwayMs = 2_000;
const longestPauseMs = 4_000;

/** Lets all write and meanwhile kills one thing after the other, each once before any comes again; at the end everything runs. */
export async function killWhile(
  killing: Killing,
  { seconds, writers }: { seconds: number; writers: readonly Writer[] },
): Promise<Casualties> {
  const casualties = new Casualties();
  const until = performance.now() + seconds * 1_000;
  let going = true;
  const written = Promise.all(
    writers.map(async (writer) => {
      while (going) await writer.writeOn();
    }),
  ).finally(() => (going = false));
  // A refusal ends the killing too, and is thrown below.
  written.catch(() => undefined);
  while (going && performance.now() < until) {
    for (const victim of shuffled([...services, ...servers], killing.random)) {
      await sleep(killing.random() * longestPauseMs);
      if (!going || performance.now() > until) break;
      casualties.add(victim);
      await killAndStart(killing, victim, () => writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0));
    }
  }
  going = false;
  await written;
  await Promise.all(services.flatMap((name) => killing.services.all(name)).map(runsAgain));
  return casualties;
}

async function killAndStart(
  { report, servers: stack, services: running, random }: Killing,
  victim: ServiceName | ServerName,
  acknowledged: () => number,
): Promise<void> {
  const awayMs = random() * longestAwayMs;
  report.say(`kill -9 ${victim} after ${acknowledged()} writes, back after ${Math.round(awayMs)} ms`);
  if (isService(victim)) {
    const instance = pick(running.all(victim), random);
    await instance.signal('SIGKILL');
    await sleep(awayMs);
    instance.start();
    await runsAgain(instance);
  } else {
    await stack.kill(victim);
    await sleep(awayMs);
    await stack.start(victim);
  }
}

const isService = (victim: ServiceName | ServerName): victim is ServiceName => services.includes(victim as ServiceName);

/** The gateway is ready only when every service of the platform is; it needs to answer. */
async function runsAgain(service: ServiceProcess): Promise<void> {
  await (service.name === 'gateway' ? untilLive(service.url) : service.ready());
}
