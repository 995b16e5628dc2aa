import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPlatform } from './platform.ts';
import { usagesOf, type Usages } from './process-usage.ts';

export interface DrainFigures {
  readonly eventsPerSecond: number;
  readonly seconds: number;
  /** Until every row was in ClickHouse as well. */
  readonly storedSeconds: number;
  readonly cpuUsPerEvent: ReadonlyMap<string, number>;
  readonly residentMiB: ReadonlyMap<string, number>;
}

/** Lets waiting transactions pile up while nobody reads them, then times how long the services take for them. */
export async function measureDrain(
  platform: BenchPlatform,
  events: number,
  say: (line: string) => void,
): Promise<DrainFigures> {
  await Promise.all([platform.running.get('features').stop(), platform.running.get('inference').stop()]);
  const before = await endOf(platform, platform.predictionsTopic);
  for (let sent = 0; sent < events; sent += 5_000) {
    await platform.bus
      .producer()
      .send(platform.next(Math.min(5_000, events - sent)).map((transaction) => platform.record(transaction)));
  }
  say(`${events} transactions wait in the source topic`);
  for (const name of ['features', 'inference'] as const) platform.running.get(name).start();
  await waitFor(async () => (await endOf(platform, platform.predictionsTopic)) > before, 120_000);
  const startMs = performance.now();
  const startedAt = await endOf(platform, platform.predictionsTopic);
  const usedBefore = usagesOf(platform.pids());
  await waitFor(async () => (await endOf(platform, platform.predictionsTopic)) >= before + events, 600_000);
  const seconds = (performance.now() - startMs) / 1_000;
  await waitFor(async () => (await stored(platform)) >= before + events, 600_000);
  const storedSeconds = (performance.now() - startMs) / 1_000;
  const usedAfter = usagesOf(platform.pids());
  const counted = before + events - startedAt;
  return {
    eventsPerSecond: counted / seconds,
    seconds,
    storedSeconds,
    cpuUsPerEvent: perEvent(usedBefore, usedAfter, counted),
    residentMiB: new Map([...usedAfter].map(([name, { residentBytes }]) => [name, residentBytes / 2 ** 20])),
  };
}

function perEvent(before: Usages, after: Usages, events: number): Map<string, number> {
  return new Map([...after].map(([name, { cpuUs }]) => [name, (cpuUs - (before.get(name)?.cpuUs ?? 0)) / events]));
}

async function endOf({ bus }: BenchPlatform, topic: string): Promise<number> {
  return (await bus.topics.endOffsets(topic)).reduce((total, offset) => total + offset, 0);
}

/** The smaller of what the vector and the prediction table hold. */
async function stored({ running, database }: BenchPlatform): Promise<number> {
  const sql = `SELECT least((SELECT count() FROM ${database}.feature_vectors), (SELECT count() FROM ${database}.predictions)) FORMAT TSV`;
  const response = await fetch(running.env['MILLRACE_CLICKHOUSE_URL'] ?? '', {
    method: 'POST',
    body: sql,
    headers: {
      'x-clickhouse-user': running.env['MILLRACE_CLICKHOUSE_USERNAME'] ?? 'default',
      'x-clickhouse-key': running.env['MILLRACE_CLICKHOUSE_PASSWORD'] ?? '',
    },
  });
  return Number(await response.text());
}

async function waitFor(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the stream did not drain within ${timeoutMs / 1_000} s`);
    await sleep(50);
  }
}
