import type { ColumnType, SourceDefinition } from '../definitions/definition.ts';
import { durationMs } from '../definitions/duration.ts';
import { sourceColumnsOf } from '../definitions/source-columns-of.ts';
import { ChangePlan, type Change } from './change-plan.ts';
import { DerivedColumns } from './derived-columns.ts';
import { encodeEntityKey } from './entity-key.ts';
import { readEventTime } from './event-time.ts';
import { NestedColumns } from './nested-columns.ts';
import { isInvalid, type Invalid, type Row } from './row.ts';
import { readKey } from './row-reader.ts';

/** What the engine takes out of every record of a source. */
export interface SourceEvent {
  readonly eventTimeMs: number;
  /** The key of the topic's own entity; null when the source declares none. */
  readonly entity: string | null;
  /** The value of the source's `id` column as text; null when none is declared or the record has none. */
  readonly id: string | null;
  /** What the record does to the row of a table, where the source has the changes of one. */
  readonly change?: Change;
}

/** A source, ready to judge records: a record's acceptance depends on the record (and state), never on a clock. */
export class SourcePlan {
  readonly definition: SourceDefinition;
  readonly name: string;
  /** Those of the topic and the derived ones. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly allowedLatenessMs: number;
  readonly maxFutureMs: number;
  /** Null where every event stands for itself. */
  readonly changes: ChangePlan | null;
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
    const { cdc, entity = '', keyEncoding: encoding } = definition;
    this.changes = cdc === undefined ? null : new ChangePlan(cdc, { entity, encoding, columns });
  }

  /** A decoded record with its nested and its derived columns: what everything else here takes. */
  rowOf(decoded: Row): { readonly row: Row } | Invalid {
    return this.#derived.of(this.#nested.of(decoded));
  }

  /** Columns that a caller has given, with the derived ones that follow from them. */
  complete<T extends Row>(given: T): T {
    return this.#derived.complete(this.#nested.of(given));
  }

  /** `recordTimestampMs` stands for the event time of a deletion that has none. */
  readEvent(row: Row, recordTimestampMs: number): SourceEvent | Invalid {
    const { eventTime, entity } = this.definition;
    const change = this.changes?.read(row);
    if (change !== undefined && isInvalid(change)) return change;
    const isDeletion = change?.op === 'delete';
    const read = readEventTime(row[eventTime.column], eventTime.unit, eventTime.column);
    const eventTimeMs = isDeletion && typeof read !== 'number' ? recordTimestampMs : read;
    if (typeof eventTimeMs !== 'number') return eventTimeMs;
    const availableAtMs = isDeletion ? null : this.availableAtMs(row);
    if (typeof availableAtMs === 'object' && availableAtMs !== null) return availableAtMs;
    let key: string | null = null;
    if (entity !== undefined) {
      const read = readKey(row, entity);
      if (typeof read !== 'string') return read;
      key = read;
    }
    return { eventTimeMs, entity: key, id: this.idOf(row), ...(change && { change }) };
  }

  /** What a record without a value deletes, where the source has the changes of a table and the record's key says which row. */
  readTombstone(
    recordKey: Buffer | null,
    recordTimestampMs: number,
  ): { row: Row; event: SourceEvent } | Invalid | null {
    const row = this.changes?.tombstone(recordKey) ?? null;
    if (row === null || isInvalid(row)) return row;
    const { entity = '' } = this.definition;
    const text = readKey(row, entity);
    if (typeof text !== 'string') return text;
    const change: Change = { key: JSON.stringify([text]), op: 'delete' };
    return { row, event: { eventTimeMs: recordTimestampMs, entity: text, id: null, change } };
  }

  /** When the event became known, where the source says so and the row has it. */
  availableAtMs(row: Row): number | null | Invalid {
    const { availableAt } = this.definition;
    const value = availableAt === undefined ? null : (row[availableAt.column] ?? null);
    if (availableAt === undefined || value === null) return null;
    const timeMs = readEventTime(value, availableAt.unit, availableAt.column);
    return typeof timeMs === 'number' ? timeMs : { ...timeMs, invalid: 'invalid-available-at' };
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
