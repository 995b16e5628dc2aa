import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventBus, OutgoingRecord } from '@millrace/events';
import { Arrivals } from './arrivals.ts';
import type { Percentiles } from './percentiles.ts';
import { usageOf } from './process-usage.ts';
import { steadyLoad } from './steady-load.ts';

export interface EchoFigures {
  readonly eventsPerSecond: number;
  readonly cpuUsPerEvent: number;
  readonly latency: Percentiles;
}

const partitions = 4;

/** What the broker and kafkajs alone take for the same road: one topic in, one topic out, nothing done between. */
export async function measureEcho(
  bus: EventBus,
  { events, ratePerSecond, seconds }: { events: number; ratePerSecond: number; seconds: number },
): Promise<EchoFigures> {
  const [from, to] = ['echo-in', 'echo-out'].map((name) => bus.topics.name(`${name}-${Date.now()}`)) as [
    string,
    string,
  ];
  await bus.topics.ensureExact(
    [from, to].map((name) => ({
      name,
      schema: null,
      key: 'none',
      partitions,
      retentionMs: -1,
      cleanup: 'delete',
      maxMessageBytes: 1_048_576,
    })),
  );
  const brokers = bus.config.kafka.brokers;
  await using arrivals = await Arrivals.of(bus, to);
  await fill(bus, from, events);
  const seen = countArrivals(arrivals);
  const echo = await startEcho([brokers.join(','), from, to]);
  try {
    const before = usageOf(echo.pid ?? 0);
    const { elapsedMs } = await seen(events);
    const cpuUs = usageOf(echo.pid ?? 0).cpuUs - before.cpuUs;
    const latency = await echoLatency(bus, arrivals, { from, ratePerSecond, seconds });
    return { eventsPerSecond: (events / elapsedMs) * 1_000, cpuUsPerEvent: cpuUs / events, latency };
  } finally {
    echo.kill('SIGKILL');
  }
}

async function startEcho(args: readonly string[]): Promise<ChildProcess> {
  const echo = fork(path.join(import.meta.dirname, 'echo.ts'), [...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // kafkajs as it is published sets a timer to the negative once it is idle.
    execArgv: [...process.execArgv, '--disable-warning=TimeoutNegativeWarning'],
  });
  await once(echo, 'message');
  return echo;
}

async function fill(bus: EventBus, topic: string, events: number): Promise<void> {
  const value = Buffer.alloc(80, 'x');
  for (let sent = 0; sent < events; sent += 5_000) {
    await bus
      .producer()
      .send(Array.from({ length: Math.min(5_000, events - sent) }, (_, i) => record(topic, sent + i, value)));
  }
}

function record(topic: string, index: number, value: Buffer): OutgoingRecord {
  return { topic, partition: index % partitions, key: null, value };
}

/** Resolves when that many have arrived, with the time between the first and the last of them. */
function countArrivals(arrivals: Arrivals): (events: number) => Promise<{ elapsedMs: number }> {
  const times = { count: 0, firstMs: 0, lastMs: 0 };
  arrivals.listen((records, atMs) => {
    if (times.count === 0) times.firstMs = atMs;
    times.count += records.length;
    times.lastMs = atMs;
  });
  return async (events) => {
    const isThrough = (): boolean => times.count >= events;
    while (!isThrough()) await sleep(20);
    return { elapsedMs: times.lastMs - times.firstMs };
  };
}

async function echoLatency(
  bus: EventBus,
  arrivals: Arrivals,
  { from, ratePerSecond, seconds }: { from: string; ratePerSecond: number; seconds: number },
): Promise<Percentiles> {
  let made = 0;
  return steadyLoad({
    ratePerSecond,
    seconds,
    nextIds: (count) => Array.from({ length: count }, () => `e${(made += 1)}`),
    send: (ids) => bus.producer().send(ids.map((id, i) => record(from, made + i, Buffer.from(id.padEnd(80))))),
    onArrivals: (arrived) =>
      arrivals.listen((records, atMs) => {
        for (const { value } of records) arrived(value?.toString('latin1').trimEnd() ?? '', atMs);
      }),
  });
}
