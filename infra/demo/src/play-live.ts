import { setTimeout as sleep } from 'node:timers/promises';
import { labelOf } from './demo-records.ts';
import { dateOfDay } from './demo-profile.ts';
import type { DemoProfile } from './demo-profile.ts';
import type { DemoStreams } from './demo-streams.ts';
import type { LiveScores } from './live-scores.ts';
import type { PlatformApi } from './platform-api.ts';
import type { Population } from './simulator/population.ts';
import { timeline } from './simulator/timeline.ts';
import type { TimelineEvent } from './simulator/timeline.ts';
import { notYetPublished } from './stream-history.ts';
import { liveLine } from './summary-lines.ts';

export interface PlayLive {
  readonly api: PlatformApi;
  readonly endpoint: string;
  readonly profile: DemoProfile;
  readonly population: Population;
  readonly streams: DemoStreams;
  readonly scores: LiveScores;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const TICK_MS = 20;
const SAY_EVERY_MS = 3000;

/** Payments at a steady rate, with the labels and outcomes that become known in between. Resolves with how many payments were published. */
export async function playLive(parts: PlayLive): Promise<number> {
  const { profile, population, streams, scores, signal, say } = parts;
  const { simulator, historyDays, liveDays, liveRate } = profile;
  const published = await streams.resumePoints(simulator, population);
  const startedMs = performance.now();
  let sent = 0;
  let saidAtMs = startedMs;
  for (let day = historyDays; day < historyDays + liveDays; day += 1) {
    const events = notYetPublished([...timeline(simulator, population, { fromDay: day, toDay: day + 1 })], published);
    if (day === simulator.change?.day && events.length > 0) {
      say(`${dateOfDay(simulator, day)}: from today everything costs ${simulator.change.amountFactor} times as much`);
    }
    for (let next = 0; next < events.length;) {
      signal.throwIfAborted();
      const due = ((performance.now() - startedMs) / 1000) * liveRate - sent;
      const batch = takeUntil(events, next, due);
      next += batch.length;
      sent += await publish(streams, scores, batch);
      if (performance.now() - saidAtMs > SAY_EVERY_MS) {
        saidAtMs = performance.now();
        say(await liveLine({ ...parts, day, sent, rate: sent / ((saidAtMs - startedMs) / 1000) }));
      }
      await sleep(TICK_MS);
    }
  }
  return sent;
}

/** The events up to so many payments, with the labels among them and those before the next payment. */
function takeUntil(events: readonly TimelineEvent[], from: number, payments: number): TimelineEvent[] {
  let left = Math.floor(payments);
  let to = from;
  for (; to < events.length; to += 1) {
    if (events[to]?.kind !== 'transaction') continue;
    if (left <= 0) break;
    left -= 1;
  }
  return events.slice(from, to);
}

async function publish(streams: DemoStreams, scores: LiveScores, batch: readonly TimelineEvent[]): Promise<number> {
  if (batch.length === 0) return 0;
  await streams.publish(batch);
  let payments = 0;
  for (const event of batch) {
    if (event.kind === 'transaction') payments += 1;
    else scores.learn(event.transaction.transactionId, labelOf(event.transaction));
  }
  return payments;
}
