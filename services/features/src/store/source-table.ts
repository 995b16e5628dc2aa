import type { Column } from '@millrace/clickhouse';
import {
  addColumnsStatement,
  createTableStatement,
  row,
  table,
  type ClickHouse,
  type ColumnDefinition,
  type StoredRecord,
  type Table,
} from '@millrace/clickhouse';
import type { SourceRecord } from '@millrace/events';
import {
  isInvalid,
  sourceColumnType,
  type ColumnType,
  type Invalid,
  type Row,
  type SourceEvent,
  type SourcePlan,
} from '@millrace/feature-engine';
import { HistoryValues } from './history-values.ts';

interface SourceRow {
  readonly record: SourceRecord;
  readonly generation: number;
  readonly eventTimeMs: number;
  readonly entity: string;
  readonly id: string | null;
  readonly isDeletion: boolean;
  readonly availableAtMs: number | null;
  /** In the order of the source's columns. */
  readonly values: readonly unknown[];
}

const time = "DateTime64(3, 'UTC')";

const systemColumns: readonly (ColumnDefinition & { readonly of: (row: SourceRow) => unknown })[] = [
  { name: '_topic', type: 'LowCardinality(String)', comment: 'Topic of the event', of: ({ record }) => record.topic },
  {
    name: '_generation',
    type: 'UInt32',
    comment: 'Generation of the topic, raised by an operator when it was recreated',
    of: ({ generation }) => generation,
  },
  { name: '_partition', type: 'UInt32', comment: 'Partition of the event', of: ({ record }) => record.partition },
  { name: '_offset', type: 'UInt64', comment: 'Offset of the event', of: ({ record }) => record.offset },
  {
    name: '_timestamp',
    type: time,
    comment: 'Timestamp of the record: when it was published',
    of: ({ record }) => record.timestampMs,
  },
  {
    name: '_event_time',
    type: time,
    comment: 'Event time, from the column that the source declares',
    of: ({ eventTimeMs }) => eventTimeMs,
  },
  {
    name: '_entity',
    type: 'String',
    comment: 'Key of the entity that the source is keyed by, empty where it declares none',
    of: ({ entity }) => entity,
  },
  {
    name: '_id',
    type: 'Nullable(String)',
    comment: 'Value of the id column that the source declares, null where it declares none',
    of: ({ id }) => id,
  },
];

const deletedColumn: (typeof systemColumns)[number] = {
  name: '_deleted',
  type: 'UInt8',
  comment: 'Whether the record deletes the row of its key, and is no event itself',
  of: ({ isDeletion }) => (isDeletion ? 1 : 0),
};

const availableColumn: (typeof systemColumns)[number] = {
  name: '_available_at',
  type: `Nullable(${time})`,
  comment: 'When the event became known, from the column that the source declares, null: with its event time',
  of: ({ availableAtMs }) => availableAtMs,
};

function sourceTableName(source: string): string {
  return `source_${source}`;
}

/** The table of one source's events: every column of the source, and where the event lies in the log. */
export class SourceTable {
  readonly #plan: SourcePlan;
  readonly #values: HistoryValues;
  /** For a row that does not fit as a whole. */
  readonly #byColumn: readonly HistoryValues[];
  /** What only some sources have. */
  readonly #further: typeof systemColumns;
  readonly #table: Table<SourceRow>;

  constructor(plan: SourcePlan) {
    this.#plan = plan;
    const columns = Object.entries(plan.columns).map(([name, type]) => ({ name, type }));
    this.#values = new HistoryValues(plan.columns);
    this.#byColumn = columns.map(({ name, type }) => new HistoryValues({ [name]: type }));
    const { cdc, availableAt } = plan.definition;
    this.#further = [...(cdc ? [deletedColumn] : []), ...(availableAt ? [availableColumn] : [])];
    const system = [...systemColumns, ...this.#further].map(({ name, type, of }) => [name, { type, of }] as const);
    const own = columns.map(
      ({ name, type }, i) =>
        [name, { type: sourceColumnType(type), of: ({ values }: SourceRow) => storable(values[i], type) }] as const,
    );
    this.#table = table(
      sourceTableName(plan.name),
      Object.fromEntries([...system, ...own]) as Record<string, Column<SourceRow>>,
    );
  }

  /** Makes the table, or adds the columns that a newer schema has. Repeatable. */
  async ensure(clickhouse: ClickHouse): Promise<void> {
    const further = this.#further.map(({ name, type, comment }) => ({ name, type, comment }));
    const declared = Object.entries(this.#plan.columns).map(([name, type]) => ({
      name,
      type: sourceColumnType(type),
      comment: `Column ${name} of the source's events`,
    }));
    const own = [...further, ...declared];
    const { topic } = this.#plan.definition;
    await clickhouse.command(
      createTableStatement(clickhouse, {
        name: this.#table.name,
        comment: `Events of source ${this.#plan.name}, topic ${topic}, as they lie in the log. One row a record.`,
        columns: [...systemColumns.map(({ name, type, comment }) => ({ name, type, comment })), ...own],
        orderBy: ['_topic', '_generation', '_partition', '_offset'],
      }),
    );
    if (own.length > 0) await clickhouse.command(addColumnsStatement(clickhouse, this.#table.name, own));
  }

  /**
   * Null for what can be no event of the source whatever its definitions ask for. All else is kept, with null for each value
   * that does not fit its column: whether that matters is for those to say who read the column. What the materialization
   * refused is known by its dead letter. `value` is null for a record that has none.
   */
  store(value: Row | null, record: SourceRecord, generation: number): StoredRecord | null {
    const read = value === null ? this.#plan.readTombstone(record.key, record.timestampMs) : this.#read(value, record);
    if (read === null || isInvalid(read)) return null;
    const { eventTimeMs, entity, id, change } = read.event;
    const isDeletion = change?.op === 'delete';
    if (!isDeletion && this.#plan.tooFarInFuture(eventTimeMs, record.timestampMs)) return null;
    const availableAtMs = isDeletion ? null : this.#plan.availableAtMs(read.row);
    if (availableAtMs !== null && typeof availableAtMs !== 'number') return null;
    const stored = { record, generation, eventTimeMs, entity: entity ?? '', id, isDeletion, availableAtMs };
    return { identity: null, rows: [row(this.#table, { ...stored, values: this.#valuesOf(read.row) })] };
  }

  #read(value: Row, { timestampMs }: SourceRecord): { row: Row; event: SourceEvent } | Invalid {
    const read = this.#plan.rowOf(value);
    if (isInvalid(read)) return read;
    const event = this.#plan.readEvent(read.row, timestampMs);
    return isInvalid(event) ? event : { row: read.row, event };
  }

  #valuesOf(row: Row): readonly unknown[] {
    const values = this.#values.of(row);
    if (!isInvalid(values)) return values;
    return this.#byColumn.map((column) => {
      const value = column.of(row);
      return isInvalid(value) ? null : value[0];
    });
  }
}

const beyondInt64 = 2 ** 63;

/** A whole number that no column of whole numbers can hold is stored as missing, as any other value that does not fit. */
function storable(value: unknown, type: ColumnType): unknown {
  const isWhole = type !== 'double' && typeof value === 'number';
  return isWhole && (value >= beyondInt64 || value < -beyondInt64) ? null : value;
}
