import { setTimeout as sleep } from 'node:timers/promises';
import { percentiles, type Percentiles } from './percentiles.ts';

export interface SteadyLoad {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Sends events at once; the load does not wait for it, as real producers would not. */
  readonly send: (ids: readonly string[]) => Promise<unknown>;
  readonly nextIds: (count: number) => string[];
  /** Is told of every event that has come out at the other end. */
  readonly onArrivals: (arrived: (id: string, atMs: number) => void) => void;
}

const tickMs = 2;

/** Open-loop load: latency counts from when each event was due, so a stall cannot hide the events behind it. */
export async function steadyLoad({
  ratePerSecond,
  seconds,
  send,
  nextIds,
  onArrivals,
}: SteadyLoad): Promise<Percentiles> {
  const due = new Map<string, number>();
  const latencies: number[] = [];
  onArrivals((id, atMs) => {
    const dueMs = due.get(id);
    if (dueMs === undefined) return;
    due.delete(id);
    latencies.push(atMs - dueMs);
  });
  const startMs = performance.now();
  const total = Math.round(ratePerSecond * seconds);
  const failures: unknown[] = [];
  for (let sent = 0; sent < total;) {
    const elapsedMs = performance.now() - startMs;
    const wanted = Math.min(total, Math.floor((elapsedMs * ratePerSecond) / 1_000));
    if (wanted > sent) {
      const ids = nextIds(wanted - sent);
      ids.forEach((id, i) => due.set(id, startMs + ((sent + i) * 1_000) / ratePerSecond));
      sent = wanted;
      send(ids).catch((error: unknown) => failures.push(error));
    }
    await sleep(tickMs);
  }
  for (let waitedMs = 0; due.size > 0 && waitedMs < 60_000; waitedMs += 50) await sleep(50);
  if (failures.length > 0) throw failures[0];
  if (due.size > 0) throw new Error(`${due.size} of ${total} events did not come out within a minute`);
  // The first second warms caches and compiled code of an otherwise idle platform.
  return percentiles(latencies.slice(Math.round(ratePerSecond)));
}
