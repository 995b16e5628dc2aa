import type { ColumnType, SourceDefinition } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import { sourceColumnsOf } from '../definitions/source-columns-of.ts';
import { DerivedColumns } from './derived-columns.ts';
import { encodeEntityKey } from './entity-key.ts';
import { readEventTime } from './event-time.ts';
import { NestedColumns } from './nested-columns.ts';
import type { Invalid, Row } from './row.ts';
import { readKey } from './row-reader.ts';

/** What the engine takes out of every record of a source. */
export interface SourceEvent {
  readonly eventTimeMs: number;
  /** The key of the topic's own entity; null when the source declares none. */
  readonly entity: string | null;
  /** The value of the source's `id` column as text; null when none is declared or the record has none. */
  readonly id: string | null;
}

/** A source, ready to judge records: a record's acceptance depends on the record (and state), never on a clock. */
export class SourcePlan {
  readonly definition: SourceDefinition;
  readonly name: string;
  /** Those of the topic and the derived ones. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly allowedLatenessMs: number;
  readonly maxFutureMs: number;
  readonly #nested: NestedColumns;
  readonly #derived: DerivedColumns;

  constructor(definition: SourceDefinition) {
    this.definition = definition;
    this.name = definition.name;
    const columns = sourceColumnsOf(definition);
    if (columns === undefined) {
      throw new RangeError(
        `the columns of source ${definition.name} are not known yet: read them from its Avro schema first`,
      );
    }
    this.columns = columns;
    this.#nested = new NestedColumns(Object.keys(columns));
    this.#derived = new DerivedColumns(definition.derived, columns);
    this.allowedLatenessMs = durationMs(definition.allowedLateness);
    this.maxFutureMs = durationMs(definition.maxFuture);
  }

  /** A decoded record with its nested and its derived columns: what everything else here takes. */
  rowOf(decoded: Row): { readonly row: Row } | Invalid {
    return this.#derived.of(this.#nested.of(decoded));
  }

  /** Columns that a caller has given, with the derived ones that follow from them. */
  complete<T extends Row>(given: T): T {
    return this.#derived.complete(this.#nested.of(given));
  }

  readEvent(row: Row): SourceEvent | Invalid {
    const { eventTime, entity } = this.definition;
    const eventTimeMs = readEventTime(row[eventTime.column], eventTime.unit, eventTime.column);
    if (typeof eventTimeMs !== 'number') return eventTimeMs;
    let key: string | null = null;
    if (entity !== undefined) {
      const read = readKey(row, entity);
      if (typeof read !== 'string') return read;
      key = read;
    }
    return { eventTimeMs, entity: key, id: this.idOf(row) };
  }

  /** The value of the declared `id` column as text, also of a record that is no event. */
  idOf(row: Row): string | null {
    const { id } = this.definition;
    return id === undefined ? null : readId(row[id]);
  }

  /** Whether an event time lies too far after the timestamp of its own record. */
  tooFarInFuture(eventTimeMs: number, recordTimestampMs: number): boolean {
    return eventTimeMs > recordTimestampMs + this.maxFutureMs;
  }

  /** The key that a producer must have given a record of this entity; null when the entity cannot be encoded so. */
  recordKey(entity: string): Buffer | null {
    return encodeEntityKey(entity, this.definition.keyEncoding);
  }
}

function readId(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString() : null;
}
