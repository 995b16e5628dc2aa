import type { EventBus } from '@millrace/events';
import type { DemoNames } from './demo-names.ts';
import type { DemoProfile } from './demo-profile.ts';
import { dateOfDay } from './demo-profile.ts';
import type { DemoStreams, ResumePoints } from './demo-streams.ts';
import { waitUntil } from './platform-api.ts';
import type { PlatformApi } from './platform-api.ts';
import { placeOf } from './resume-point.ts';
import type { Population } from './simulator/population.ts';
import { timeline } from './simulator/timeline.ts';
import type { TimelineEvent } from './simulator/timeline.ts';

export interface StreamHistory {
  readonly bus: EventBus;
  readonly api: PlatformApi;
  readonly names: DemoNames;
  readonly profile: DemoProfile;
  readonly population: Population;
  readonly streams: DemoStreams;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

const READ_TIMEOUT_MS = 120_000;
const POLL_MS = 20;
const SAY_EVERY_DAYS = 10;

/**
 * Streams the past in, a day at a time, the day's labels first. A feature is evaluated at its payment's time, so labels that are
 * there early do no harm; labels that came late would be missing from the risk of the terminal. Days that are in the log are passed over.
 */
export async function streamHistory(parts: StreamHistory): Promise<void> {
  const { profile, population, streams, signal, say } = parts;
  const { simulator, historyDays } = profile;
  const published = await streams.resumePoints(simulator, population);
  const startedMs = Date.now();
  let sent = 0;
  for (let day = 0; day < historyDays; day += 1) {
    signal.throwIfAborted();
    const events = [...timeline(simulator, population, { fromDay: day, toDay: day + 1 })];
    const missing = notYetPublished(events, published);
    if (missing.length === 0) continue;
    await publishDay(parts, missing);
    sent += missing.length;
    if ((day + 1) % SAY_EVERY_DAYS === 0) {
      const rate = Math.round((sent / Math.max(1, Date.now() - startedMs)) * 1000);
      say(`history to ${dateOfDay(simulator, day)}: ${sent} payments and labels, ${rate} a second`);
    }
  }
}

/** Those of the events that are not surely in the log. */
export function notYetPublished(events: readonly TimelineEvent[], published: ResumePoints): TimelineEvent[] {
  return events.filter(({ kind, transaction }) => {
    const upTo = kind === 'transaction' ? published.transactions : published.labels;
    return placeOf(transaction.transactionId) > upTo;
  });
}

async function publishDay(
  { bus, api, names, streams, signal }: StreamHistory,
  events: readonly TimelineEvent[],
): Promise<void> {
  await streams.publish(events.filter((event) => event.kind === 'label'));
  await whenRead({ bus, api, signal }, names.labels, names.labelsTopic);
  await streams.publish(events.filter((event) => event.kind === 'transaction'));
  await whenRead({ bus, api, signal }, names.transactions, names.transactionsTopic);
}

/** Resolves when the features service has handled what the topic holds now. */
export async function whenRead(
  { bus, api, signal }: Pick<StreamHistory, 'bus' | 'api' | 'signal'>,
  source: string,
  topic: string,
): Promise<void> {
  const ends = await bus.topics.endOffsets(topic);
  const wait = {
    what: `the features service to read source ${source}`,
    timeoutMs: READ_TIMEOUT_MS,
    everyMs: POLL_MS,
    signal,
  };
  await waitUntil(wait, async () => ((await api.unread(source, ends)) === 0 ? true : null));
}
