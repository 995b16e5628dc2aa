import { LogReader, partitioners } from '@millrace/events';
import type { EventBus } from '@millrace/events';
import type { Population } from './simulator/population.ts';
import { transactionsOfDay } from './simulator/transactions-of-day.ts';
import type { SimulatorConfig, Transaction } from './simulator/transactions-of-day.ts';

/** Place of a payment in the whole story: they are published in this order, and so are their labels. */
export type StoryPlace = number;

/** Before the first payment. */
export const STORY_BEGIN: StoryPlace = -1;
const PER_DAY = 1_000_000;

export function placeOf(transactionId: string): StoryPlace {
  const [, , day, index] = transactionId.split('-');
  return Number(day) * PER_DAY + Number(index);
}

export interface PublishedLog {
  readonly bus: EventBus;
  /** Name on the broker. */
  readonly topic: string;
  readonly keyOf: (transaction: Transaction) => string;
  /** Largest batch that was sent at once: so much of the end may have reached some partitions only. */
  readonly batch: number;
}

/**
 * The place up to which a topic surely holds the story. A batch that was cut off lies in some partitions and not in others; then this
 * is a batch earlier, and what comes again is dropped by its id.
 */
export async function publishedUpTo(
  log: PublishedLog,
  simulator: SimulatorConfig,
  population: Population,
): Promise<StoryPlace> {
  const last = await lastPlaces(log);
  const newest = Math.max(STORY_BEGIN, ...last);
  if (newest === STORY_BEGIN) return STORY_BEGIN;
  const story = backwards(simulator, population, newest);
  const seen = new Set<number>();
  let isWhole = true;
  let passed = 0;
  let batchEarlier: StoryPlace = STORY_BEGIN;
  for (const transaction of story) {
    const place = placeOf(transaction.transactionId);
    const partition = partitioners.murmur2(Buffer.from(log.keyOf(transaction)), last.length);
    // The newest payment of each partition that should be there is there, or it is not.
    if (!seen.has(partition)) isWhole &&= (last[partition] ?? STORY_BEGIN) >= place;
    seen.add(partition);
    passed += 1;
    if (passed === log.batch + 1) batchEarlier = place;
    if (passed > log.batch && seen.size === last.length) break;
  }
  return isWhole ? newest : batchEarlier;
}

function* backwards(simulator: SimulatorConfig, population: Population, from: StoryPlace): Generator<Transaction> {
  for (let day = Math.floor(from / PER_DAY); day >= 0; day -= 1) {
    for (const transaction of transactionsOfDay(simulator, population, day).reverse()) {
      if (placeOf(transaction.transactionId) <= from) yield transaction;
    }
  }
}

/** Place of the last record of each partition. */
async function lastPlaces({ bus, topic }: PublishedLog): Promise<StoryPlace[]> {
  const codec = bus.codec.reader<{ readonly transaction_id: string }>();
  const ends = await bus.topics.endOffsets(topic);
  return Promise.all(
    ends.map(async (end, partition) => {
      if (end === 0) return STORY_BEGIN;
      const reader = new LogReader(bus, { topic, partition, startAt: end - 1 });
      try {
        const { records } = await reader.poll();
        const places = (await codec.decodeBatch(records)).flatMap((result) =>
          result.ok ? placeOf(result.value.transaction_id) : [],
        );
        return Math.max(STORY_BEGIN, ...places);
      } finally {
        await reader.close();
      }
    }),
  );
}
