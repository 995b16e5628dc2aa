import type { EventBus } from '@millrace/events';
import type { DemoNames } from './demo-names.ts';
import type { DemoProfile } from './demo-profile.ts';
import { dateOfDay } from './demo-profile.ts';
import type { DemoStreams, ResumePoints } from './demo-streams.ts';
import { patient } from './patient.ts';
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
const POLL_MS = 40;
/** Small against the lateness that the definitions allow, large enough that waiting does not take the time. */
const DAYS_AT_ONCE = 3;

/**
 * Streams the past in, some days at a time, each time the labels first. A feature is evaluated at its payment's time, so labels that are
 * there early do no harm; labels that came late would be missing from the risk of the terminal. What is in the log is passed over.
 */
export async function streamHistory(parts: StreamHistory): Promise<void> {
  const { profile, population, streams, say } = parts;
  const { simulator, historyDays } = profile;
  const published = await streams.resumePoints(simulator, population);
  const startedMs = Date.now();
  let sent = 0;
  const missing = (fromDay: number): TimelineEvent[] => {
    const toDay = Math.min(historyDays, fromDay + DAYS_AT_ONCE);
    return notYetPublished([...timeline(simulator, population, { fromDay, toDay })], published);
  };
  let events = missing(0);
  await publishLabels(parts, events);
  for (let day = DAYS_AT_ONCE; events.length > 0 || day < historyDays; day += DAYS_AT_ONCE) {
    parts.signal.throwIfAborted();
    const next = missing(day);
    await Promise.all([publishPayments(parts, events), publishLabels(parts, next)]);
    sent += events.length;
    if (events.length > 0 && (day / DAYS_AT_ONCE) % 4 === 0) {
      const rate = Math.round((sent / Math.max(1, Date.now() - startedMs)) * 1000);
      say(
        `history to ${dateOfDay(simulator, Math.min(day, historyDays) - 1)}: ${sent} payments and labels, ${rate} a second`,
      );
    }
    events = next;
  }
}

/** Those of the events that are not surely in the log. */
export function notYetPublished(events: readonly TimelineEvent[], published: ResumePoints): TimelineEvent[] {
  return events.filter(({ kind, transaction }) => {
    const upTo = kind === 'transaction' ? published.transactions : published.labels;
    return placeOf(transaction.transactionId) > upTo;
  });
}

async function publishLabels(parts: StreamHistory, events: readonly TimelineEvent[]): Promise<void> {
  const { names, streams } = parts;
  const labels = events.filter((event) => event.kind === 'label');
  if (labels.length === 0) return;
  await streams.publish(labels);
  await whenRead(parts, names.labels, names.labelsTopic);
}

async function publishPayments(parts: StreamHistory, events: readonly TimelineEvent[]): Promise<void> {
  const { names, streams } = parts;
  const payments = events.filter((event) => event.kind === 'transaction');
  if (payments.length === 0) return;
  await streams.publish(payments);
  await whenRead(parts, names.transactions, names.transactionsTopic);
}

/** Resolves when the features service has handled what the topic holds now. */
async function whenRead(
  { bus, api, signal, say }: Pick<StreamHistory, 'bus' | 'api' | 'signal' | 'say'>,
  source: string,
  topic: string,
): Promise<void> {
  const ends = await patient({ signal, say }, () => bus.topics.endOffsets(topic));
  const wait = {
    what: `the features service to read source ${source}`,
    timeoutMs: READ_TIMEOUT_MS,
    everyMs: POLL_MS,
    signal,
  };
  await waitUntil(wait, async () => ((await api.unread(source, ends)) === 0 ? true : null));
}
