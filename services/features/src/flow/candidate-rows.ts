import { EventsError, type AvroReader, type EventBus, type RegisteredWriter } from '@millrace/events';
import type { ColumnType, Row, SourcePlan } from '@millrace/feature-engine';
import { subjectOf } from '@millrace/schemas';
import type { Fault } from '@millrace/service-kit';
import { invalidRequest } from '../errors.ts';
import { jsonAsAvro } from './json-as-avro.ts';

export type CandidateEvent = Readonly<Record<string, unknown>>;

interface EncodedEvent {
  readonly value: Buffer;
  readonly row: Row;
}

type EventWriter = RegisteredWriter<CandidateEvent>;

/** How long a subject's newest schema is taken for the newest. */
const keptMs = 5_000;

/**
 * Rows as the stream would have them: an event in JSON goes through the newest schema of its topic, out and in again, so
 * that a float is as coarse and a default is what it will be.
 */
export class CandidateRows {
  readonly #bus: EventBus;
  readonly #now: () => number;
  readonly #reader: AvroReader<Row>;
  readonly #writers = new Map<string, { readonly askedAtMs: number; readonly writer: EventWriter | null }>();

  constructor(bus: EventBus, now: () => number) {
    this.#bus = bus;
    this.#now = now;
    this.#reader = bus.codec.reader<Row>();
  }

  async rowOf(source: SourcePlan, event: CandidateEvent, path: string): Promise<Row> {
    const recorded = await this.recordOf(source, event, path);
    // Nothing was ever published: the declared columns are all that is known.
    return recorded?.row ?? accepted(rowOfColumns(event, source.columns, path));
  }

  /** The event as a record's value and as what a reader has of it; null while the topic has no schema. */
  async recordOf({ definition }: SourcePlan, event: CandidateEvent, path: string): Promise<EncodedEvent | null> {
    const registered = await this.#writerOf(subjectOf(definition.topic));
    if (!registered) return null;
    const { writer, schema } = registered;
    const value = encoded(() => writer.encode(accepted(jsonAsAvro(event, schema, path))), path);
    const [read] = await this.#reader.decodeBatch([{ value, headers: {} }]);
    if (read?.ok) return { value, row: read.value };
    throw invalidRequest([{ path, message: read?.message ?? 'cannot be read' }]);
  }

  /** A registry that is away is no reason to refuse what can be read with the schema known so far. */
  async #writerOf(subject: string): Promise<EventWriter | null> {
    const known = this.#writers.get(subject);
    const askedAtMs = this.#now();
    if (known && askedAtMs - known.askedAtMs < keptMs) return known.writer;
    try {
      const writer = await this.#bus.codec.latestWriter<CandidateEvent>(subject);
      this.#writers.set(subject, { askedAtMs, writer });
      return writer;
    } catch (error) {
      if (!known?.writer) throw error;
      return known.writer;
    }
  }
}

function encoded(encode: () => Buffer, path: string): Buffer {
  try {
    return encode();
  } catch (error) {
    if (error instanceof EventsError && error.code === 'EVENTS_UNENCODABLE')
      throw invalidRequest([{ path, message: error.message }]);
    throw error;
  }
}

function accepted<T>({ value, faults }: { readonly value: T; readonly faults: readonly Fault[] }): T {
  if (faults.length > 0) throw invalidRequest(faults);
  return value;
}

/** JSON as a decoded Avro record would be: text becomes a time where the column is one. */
function rowOfColumns(
  event: CandidateEvent,
  columns: Readonly<Record<string, ColumnType>>,
  path: string,
): { readonly value: Row; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [];
  const value: Record<string, unknown> = { ...event };
  for (const [name, type] of Object.entries(columns)) {
    const given = value[name];
    if (type !== 'timestamp' || typeof given !== 'string') continue;
    const timeMs = Date.parse(given);
    if (Number.isNaN(timeMs)) faults.push({ path: `${path}.${name}`, message: `"${given}" is not an ISO 8601 time` });
    value[name] = timeMs;
  }
  return { value, faults };
}
