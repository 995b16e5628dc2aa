import { table } from '@millrace/clickhouse';
import { exhume, type DeadLetter, type SourceRecord } from '@millrace/events';

const word = 'LowCardinality(String)';
const time = "DateTime64(3, 'UTC')";

/** `dead_letters`: what could not be handled; the bytes stay in the topic. */
export const deadLettersTable = table<DeadLetter>('dead_letters', {
  group: { type: word, of: (letter) => letter.group },
  topic: { type: word, of: (letter) => letter.topic },
  generation: { type: 'UInt32', of: (letter) => letter.generation },
  partition: { type: 'UInt32', of: (letter) => letter.partition },
  offset: { type: 'UInt64', of: (letter) => letter.offset },
  reason: { type: word, of: (letter) => letter.reason },
  message: { type: 'String', of: (letter) => letter.message },
  timestamp: { type: time, of: (letter) => letter.timestampMs },
  buried_at: { type: time, of: (letter) => letter.atMs },
  bytes: { type: 'UInt32', of: (letter) => letter.valueBytes ?? 0 },
});

/** Null for the marks that replays leave among the letters. */
export function deadLetterRow(record: SourceRecord): DeadLetter | null {
  const entry = exhume(record);
  return entry.kind === 'letter' ? entry.letter : null;
}
