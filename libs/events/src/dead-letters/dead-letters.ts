import type { EventBus } from '../event-bus.ts';
import { scanLog } from '../log/scan-log.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { exhume, placeOf, replayMark } from './dead-letter-record.ts';
import type { DeadLetter } from './dead-letter-record.ts';
import { deadLetterTopic } from './dead-letter-writer.ts';

export interface DeadLetterQuery {
  /** Group without the configured prefix. */
  readonly group: string;
  readonly reason?: string;
  /** Only letters of this topic, and of this partition and offset where given. */
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** Leaves out those that were brought back. */
  readonly pending?: boolean;
  readonly limit?: number;
}

/** What is published in place of a dead letter; what is absent stays as it was. */
export interface Mended {
  readonly value: Buffer | null;
  readonly key?: Buffer | null;
  /** Where the mended key belongs. */
  readonly partition?: number;
  readonly headers?: DeadLetter['headers'];
}

export interface ReplayOptions extends DeadLetterQuery {
  /** What to publish in place of the original record, bytes alone for its value; undefined skips the letter. */
  readonly mend?: (letter: DeadLetter) => Buffer | Mended | null | undefined;
  /** Brings back also those that were brought back before. */
  readonly again?: boolean;
}

/** Header of a record that was brought back: the place of the one that was dead-lettered. */
export const REPLAY_OF = 'millrace-replay-of';

/** Dead letters of a group, oldest first within each source partition, each source record once. */
export async function listDeadLetters(bus: EventBus, query: DeadLetterQuery): Promise<DeadLetter[]> {
  const { name } = deadLetterTopic(query.group);
  const letters = new Map<string, DeadLetter>();
  const replayed = new Map<string, number>();
  for await (const record of scanLog(bus, bus.topics.name(name))) {
    const entry = exhume(record);
    if (entry.kind === 'replayed') replayed.set(entry.place, entry.atMs);
    else if (entry.kind === 'letter' && matches(entry.letter, query)) {
      const place = placeOf(entry.letter);
      // A crash between the dead letter and the commit writes it twice.
      if (!letters.has(place)) letters.set(place, entry.letter);
    }
  }
  const found: DeadLetter[] = [];
  for (const [place, letter] of letters) {
    const replayedAtMs = replayed.get(place) ?? null;
    if (query.pending === true && replayedAtMs !== null) continue;
    if (found.length === query.limit) break;
    found.push({ ...letter, replayedAtMs });
  }
  return found;
}

/**
 * Publishes dead letters to their own topic again, as they were (in their own partition) or mended; returns those it
 * published. One that was brought back is left out, unless it is asked for again: the
 * dead-letter topic itself remembers. A crash between publishing and remembering may bring one back twice.
 */
export async function replayDeadLetters(bus: EventBus, options: ReplayOptions): Promise<DeadLetter[]> {
  const { again = false, mend = (letter: DeadLetter): Buffer | Mended | null => letter.value } = options;
  const deadLetters = deadLetterTopic(options.group);
  const replayed: DeadLetter[] = [];
  for (const letter of await listDeadLetters(bus, { ...options, pending: !again })) {
    const mended = mend(letter);
    if (mended === undefined) continue;
    await bus
      .producer()
      .send([revive(letter, Buffer.isBuffer(mended) || mended === null ? { value: mended } : mended)]);
    const partition = letter.partition % deadLetters.partitions;
    await bus.producer().send([replayMark(letter, { topic: bus.topics.name(deadLetters.name), partition })]);
    replayed.push(letter);
  }
  return replayed;
}

function revive(letter: DeadLetter, mended: Mended): OutgoingRecord {
  const { topic, partition, key, value, headers } = { ...letter, ...mended };
  return { topic, partition, key, value, headers: { ...headers, [REPLAY_OF]: Buffer.from(placeOf(letter)) } };
}

function matches(letter: DeadLetter, query: DeadLetterQuery): boolean {
  return (
    (query.reason === undefined || query.reason === letter.reason) &&
    (query.topic === undefined || query.topic === letter.topic) &&
    (query.partition === undefined || query.partition === letter.partition) &&
    (query.offset === undefined || query.offset === letter.offset)
  );
}
