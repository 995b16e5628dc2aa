import { EventsError } from '../errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { EventProducer } from '../event-producer.ts';
import { scanLog } from '../log/scan-log.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { placeOf } from './dead-letter.ts';
import type { DeadLetter, LetterSummary } from './dead-letter.ts';
import { exhume, replayMark } from './dead-letter-record.ts';
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

/**
 * Dead letters of a group, oldest first within each source partition, each source record once. They are read as they are
 * asked for: keep what is needed of one, its bytes may be megabytes. The topic is read twice, first for what was brought
 * back, and what is remembered of a letter in between is its place.
 */
export async function* scanDeadLetters(bus: EventBus, query: DeadLetterQuery): AsyncGenerator<DeadLetter> {
  const topic = bus.topics.name(deadLetterTopic(query.group).name);
  const replayed = new Map<string, number>();
  for await (const record of scanLog(bus, topic)) {
    const entry = exhume(record);
    if (entry.kind === 'replayed') replayed.set(entry.place, entry.atMs);
  }
  const seen = new Set<string>();
  let left = query.limit ?? Infinity;
  for await (const record of scanLog(bus, topic)) {
    if (left <= 0) return;
    const entry = exhume(record);
    if (entry.kind !== 'letter' || !matches(entry.letter, query)) continue;
    const place = placeOf(entry.letter);
    // A crash between the dead letter and the commit writes it twice.
    if (seen.has(place)) continue;
    seen.add(place);
    const replayedAtMs = replayed.get(place) ?? null;
    if (query.pending === true && replayedAtMs !== null) continue;
    left -= 1;
    yield { ...entry.letter, replayedAtMs };
  }
}

/** The dead letters that a query finds, all at once: for queries that find few, or with a `limit`. */
export async function listDeadLetters(bus: EventBus, query: DeadLetterQuery): Promise<DeadLetter[]> {
  return Array.fromAsync(scanDeadLetters(bus, query));
}

/**
 * Publishes dead letters to their own topic again, as they were (in their own partition) or mended, and gives those it
 * has published, one after the other: whoever stops asking stops it. One that was brought back is left out, unless it is
 * asked for again: the dead-letter topic itself remembers. A crash between publishing and remembering may bring one back
 * twice. A letter that holds only a part of its record comes back mended or not at all: EVENTS_LETTER_CUT.
 */
export async function* replayDeadLetters(bus: EventBus, options: ReplayOptions): AsyncGenerator<DeadLetter> {
  const { again = false, mend = (letter: DeadLetter): Buffer | Mended | null => letter.value } = options;
  const deadLetters = deadLetterTopic(options.group);
  const publish = compressingWhereNeeded(bus);
  for await (const letter of scanDeadLetters(bus, { ...options, pending: !again })) {
    const mended = mend(letter);
    if (mended === undefined) continue;
    if (letter.cut.length > 0 && mended === letter.value) throw incomplete(letter);
    await publish(revive(letter, Buffer.isBuffer(mended) || mended === null ? { value: mended } : mended));
    const partition = letter.partition % deadLetters.partitions;
    await bus.producer().send([replayMark(letter, { topic: bus.topics.name(deadLetters.name), partition })]);
    yield letter;
  }
}

function revive(letter: DeadLetter, mended: Mended): OutgoingRecord {
  const { topic, partition, key, value, headers } = { ...letter, ...mended };
  return { topic, partition, key, value, headers: { ...headers, [REPLAY_OF]: Buffer.from(placeOf(letter)) } };
}

/** A topic may have taken a record because it came compressed. */
function compressingWhereNeeded(bus: EventBus): (record: OutgoingRecord) => Promise<void> {
  let compressing: EventProducer | null = null;
  return async (record) => {
    try {
      await bus.producer().send([record]);
    } catch (error) {
      if (!(error instanceof EventsError && error.code === 'EVENTS_RECORD_TOO_LARGE')) throw error;
      compressing ??= bus.newProducer({ compression: 'zstd' });
      await compressing.send([record]);
    }
  };
}

function incomplete(letter: LetterSummary): EventsError {
  const parts = letter.cut.map(({ part, sizeBytes }) => `the ${part} of ${sizeBytes} bytes`).join(' and ');
  return new EventsError(
    'EVENTS_LETTER_CUT',
    `the letter of ${placeOf(letter)} does not hold ${parts}, which were too large for the dead letters: publish the record anew from where it came, or mend the letter`,
  );
}

function matches(letter: DeadLetter, query: DeadLetterQuery): boolean {
  return (
    (query.reason === undefined || query.reason === letter.reason) &&
    (query.topic === undefined || query.topic === letter.topic) &&
    (query.partition === undefined || query.partition === letter.partition) &&
    (query.offset === undefined || query.offset === letter.offset)
  );
}
