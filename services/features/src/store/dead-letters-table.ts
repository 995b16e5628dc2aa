import { row, table, type MapBatch } from '@millrace/clickhouse';
import { exhume, type AvroReader, type DeadLetter } from '@millrace/events';
import { isInvalid, type Row, type SourcePlan } from '@millrace/feature-engine';

interface DeadLetterRow {
  readonly letter: DeadLetter;
  readonly sourceEventId: string | null;
}

const word = 'LowCardinality(String)';
const time = "DateTime64(3, 'UTC')";

/** `dead_letters`: what could not be handled; the bytes stay in the topic. */
const deadLettersTable = table<DeadLetterRow>('dead_letters', {
  group: { type: word, of: ({ letter }) => letter.group },
  topic: { type: word, of: ({ letter }) => letter.topic },
  generation: { type: 'UInt32', of: ({ letter }) => letter.generation },
  partition: { type: 'UInt32', of: ({ letter }) => letter.partition },
  offset: { type: 'UInt64', of: ({ letter }) => letter.offset },
  source_event_id: { type: 'Nullable(String)', of: ({ sourceEventId }) => sourceEventId },
  reason: { type: word, of: ({ letter }) => letter.reason },
  message: { type: 'String', of: ({ letter }) => letter.message },
  timestamp: { type: time, of: ({ letter }) => letter.timestampMs },
  buried_at: { type: time, of: ({ letter }) => letter.atMs },
  bytes: { type: 'UInt32', of: ({ letter }) => letter.valueBytes ?? 0 },
});

/** The letters of one source, with the event's id where the record can be read: people ask for an event by its id. */
export function deadLetterRows(reader: AvroReader<Row>, source: SourcePlan): MapBatch {
  return async ({ records }) => {
    // A letter has the value and the headers of the record that it was: it decodes as that did.
    const decoded = await reader.decodeBatch(records);
    return records.map((record, i) => {
      const entry = exhume(record);
      // Replays leave marks among the letters.
      if (entry.kind !== 'letter') return null;
      const result = decoded[i];
      const sourceEventId = result?.ok ? idOf(source, result.value) : null;
      return { identity: null, rows: [row(deadLettersTable, { letter: entry.letter, sourceEventId })] };
    });
  };
}

function idOf(source: SourcePlan, value: Row): string | null {
  const read = source.rowOf(value);
  return source.idOf(isInvalid(read) ? value : read.row);
}
