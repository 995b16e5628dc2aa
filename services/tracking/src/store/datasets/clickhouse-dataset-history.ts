import { listPages, type ClickHouse } from '@millrace/clickhouse';
import type { RecordField } from '../../flow/datasets/dataset-rows.ts';
import type {
  DatasetHistory,
  LastWrite,
  LogEnd,
  RecordPage,
  RecordPageQuery,
  RecordStatistics,
  StoredRecord,
} from '../../flow/datasets/ports.ts';
import type { StoredLog } from '../stored-log.ts';
import { datasetRecordsTable, datasetWritesTable } from './dataset-tables.ts';

interface RecordAnswer {
  readonly recordId: string;
  readonly place: { readonly offset: number; readonly item: number };
  readonly inputs: string;
  readonly outputs: string;
  readonly hasExpectations: boolean;
  readonly expectations: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly source: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string;
  readonly lastUpdatedBy: string;
}

/** The contents of a page together: a larger one ends earlier, and the next goes on there. */
const maxPageBytes = 32 * 1024 * 1024;
/** The write that counts is the last one. */
const place = '(log_offset, item)';

/** Records of datasets in ClickHouse: what the sink has stored of the log. */
export class ClickHouseDatasetHistory implements DatasetHistory {
  readonly #clickhouse: ClickHouse;
  readonly #stored: Pick<StoredLog, 'until'>;
  readonly #records: string;
  readonly #writes: string;

  constructor(clickhouse: ClickHouse, stored: Pick<StoredLog, 'until'>) {
    this.#clickhouse = clickhouse;
    this.#stored = stored;
    this.#records = clickhouse.qualified(datasetRecordsTable.name);
    this.#writes = clickhouse.qualified(datasetWritesTable.name);
  }

  untilStored(ends: readonly LogEnd[]): Promise<void> {
    return this.#stored.until(ends);
  }

  async standing(datasetId: string, recordIds: readonly string[], before: number): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const page of listPages(recordIds)) {
      const rows = await this.#clickhouse.query<{ recordId: string }>(
        `SELECT record_id AS recordId FROM ${this.#records}
         WHERE dataset_id = {datasetId:String} AND record_id IN {page:Array(String)} AND log_offset < {before:UInt64}
         GROUP BY record_id HAVING NOT argMax(removed, ${place})`,
        { datasetId, page, before },
      );
      for (const { recordId } of rows) found.add(recordId);
    }
    return found;
  }

  async records({ datasetId, after, size, end }: RecordPageQuery): Promise<RecordPage> {
    const from = after === null ? { offset: 0, item: -1 } : after;
    const listed = await this.#clickhouse.query<{ recordId: string; bytes: number }>(
      `SELECT record_id AS recordId, sum(length(inputs) + length(outputs) + length(toString(expectations)) + length(toString(tags))) AS bytes
       FROM ${this.#live()} GROUP BY record_id
       HAVING (min(${place}).1, toInt64(min(${place}).2)) > ({offset:UInt64}, {item:Int64})
       ORDER BY min(${place}) LIMIT {limit:UInt64}`,
      { datasetId, end, ...from, limit: size + 1 },
    );
    const shown = cutToBytes(listed.slice(0, size));
    const found: StoredRecord[] = [];
    for (const page of listPages(shown.map(({ recordId }) => recordId))) {
      const rows = await this.#clickhouse.query<RecordAnswer>(recordsSql(this.#live()), { datasetId, end, page });
      found.push(...rows.map(asRecord));
    }
    return { records: found, hasMore: shown.length < listed.length };
  }

  async lastWrites(datasetIds: readonly string[]): Promise<ReadonlyMap<string, LastWrite>> {
    const found = new Map<string, LastWrite>();
    for (const page of listPages(datasetIds)) {
      const rows = await this.#clickhouse.query<{ id: string; atMs: number; by: string }>(
        `SELECT dataset_id AS id, toUnixTimestamp64Milli(argMax(recorded_at, log_offset)) AS atMs, argMax(said_by, log_offset) AS by
         FROM ${this.#writes} WHERE dataset_id IN {page:Array(String)} AND kind = 'upserted' GROUP BY dataset_id`,
        { page },
      );
      for (const { id, atMs, by } of rows) found.set(id, { atMs, by: by || null });
    }
    return found;
  }

  async statistics(datasetIds: readonly string[]): Promise<ReadonlyMap<string, RecordStatistics>> {
    const found = new Map<string, RecordStatistics>();
    for (const page of listPages(datasetIds)) {
      const [counts, fields] = await Promise.all([
        this.#clickhouse.query<{ id: string; count: number; ever: boolean }>(
          `SELECT id, countIf(NOT gone) AS count, CAST(max(was), 'Bool') AS ever FROM (
             SELECT dataset_id AS id, argMax(removed, ${place}) AS gone, countIf(NOT removed) > 0 AS was
             FROM ${this.#records} WHERE dataset_id IN {page:Array(String)} GROUP BY dataset_id, record_id)
           GROUP BY id`,
          { page },
        ),
        this.#clickhouse.query<RecordField & { readonly id: string }>(
          `SELECT dataset_id AS id, field.section AS section, field.name AS name, argMin(field.type, (log_offset, at)) AS type
           FROM ${this.#writes} ARRAY JOIN fields AS field, arrayEnumerate(fields) AS at
           WHERE dataset_id IN {page:Array(String)}
           GROUP BY id, section, name ORDER BY min((log_offset, at))`,
          { page },
        ),
      ]);
      const fieldsOf = Map.groupBy(fields, ({ id }) => id);
      for (const { id, count, ever } of counts) {
        found.set(id, { count, any: ever, fields: fieldsOf.get(id) ?? [] });
      }
    }
    return found;
  }

  /** Writes to the dataset's records below the end, but for those before a deletion of their record. */
  #live(): string {
    const below = 'dataset_id = {datasetId:String} AND log_offset < {end:UInt64}';
    return `(
      SELECT written.* FROM (SELECT * FROM ${this.#records} FINAL WHERE ${below} AND NOT removed) AS written
      LEFT JOIN (SELECT record_id, max(log_offset) AS deleted_to FROM ${this.#records} WHERE ${below} AND removed GROUP BY record_id) AS deletions
        ON deletions.record_id = written.record_id
      WHERE deletions.record_id = '' OR written.log_offset > deletions.deleted_to)`;
  }
}

function recordsSql(live: string): string {
  return `
    SELECT
      record_id AS recordId,
      CAST(min(${place}), 'Tuple(offset UInt64, item UInt32)') AS place,
      argMin(inputs, ${place}) AS inputs,
      argMaxIf(outputs, ${place}, outputs != '') AS outputs,
      argMin(has_expectations, ${place}) AS hasExpectations,
      ${merged('expectations')} AS expectations,
      ${merged('tags')} AS tags,
      argMin(source, ${place}) AS source,
      toUnixTimestamp64Milli(argMin(recorded_at, ${place})) AS createdAtMs,
      toUnixTimestamp64Milli(argMax(recorded_at, ${place})) AS updatedAtMs,
      argMin(said_by, ${place}) AS createdBy,
      argMaxIf(said_by, ${place}, said_by != '') AS lastUpdatedBy
    FROM ${live} WHERE record_id IN {page:Array(String)} GROUP BY record_id ORDER BY min(${place})`;
}

/** What all writes said, a later one of the same name in place of an earlier one. */
function merged(column: 'expectations' | 'tags'): string {
  return `arrayFold((held, said) -> mapUpdate(held, said.2), arraySort(write -> write.1, groupArrayIf((${place}, ${column}), notEmpty(${column}))), CAST(map(), 'Map(String, String)'))`;
}

/** At least one, so that every page goes on. */
function cutToBytes<T extends { readonly bytes: number }>(listed: readonly T[]): T[] {
  let bytes = 0;
  return listed.filter((one, index) => {
    bytes += one.bytes;
    return index === 0 || bytes <= maxPageBytes;
  });
}

function asRecord(row: RecordAnswer): StoredRecord {
  const { hasExpectations, expectations, ...rest } = row;
  const says = hasExpectations || Object.keys(expectations).length > 0;
  return {
    ...rest,
    // One that nobody spoke of has empty outputs, one that somebody took away has none: so it is in MLflow.
    outputs: row.outputs === 'null' ? null : row.outputs || '{}',
    expectations: says ? expectations : null,
    source: row.source || null,
    createdBy: row.createdBy || null,
    lastUpdatedBy: row.lastUpdatedBy || null,
  };
}
