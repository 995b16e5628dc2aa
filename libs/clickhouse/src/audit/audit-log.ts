import type { ClickHouse } from '../clickhouse.ts';
import type { AuditOutcome, AuditPlace, ChainedEntry } from './audit-entry.ts';
import { auditEntriesTable, entryOfRow } from './audit-table.ts';
import type { AuditRow } from './audit-table.ts';

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly subjectKind?: string | undefined;
  readonly subjectId?: string | undefined;
  readonly command?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly requestId?: string | undefined;
  /** Not before this time, in milliseconds. */
  readonly fromMs?: number | undefined;
  /** Before this time. */
  readonly toMs?: number | undefined;
}

/** Place of an entry in the order of a search: the newest first, then by its place. */
export interface AuditKey extends AuditPlace {
  readonly atMs: number;
}

/** A time, or an offset of the log that the thing is written in: what happened there still counts. */
export type Moment = { readonly atMs: number } | { readonly offset: number };

export interface Subject {
  readonly kind: string;
  readonly id: string;
}

/** What became of a thing by a command, parsed; `value` null when it was taken away. */
export interface SubjectState {
  readonly value: unknown;
  readonly atMs: number;
  readonly offset: number;
}

type KeyRow = Pick<
  AuditRow,
  'recorded_ms' | 'source_topic' | 'generation' | 'source_partition' | 'source_offset' | 'item'
> & { readonly size: number };

/** What one page may hold of commands and things as JSON. */
const mostBytes = 32 * 1024 * 1024;
const key = 'source_topic, generation, source_partition, source_offset, item';
const order = `recorded_ms, ${key}`;
const isSubject = 'subject_kind = {kind:String} AND subject_id = {id:String}';
/** What a command said that counted, where it is recorded. */
const counts = "outcome = 'accepted' AND after != ''";

const conditions: Readonly<Record<keyof AuditFilter, string>> = {
  actor: 'actor = {actor:String}',
  subjectKind: 'subject_kind = {subjectKind:String}',
  subjectId: 'subject_id = {subjectId:String}',
  command: 'command = {command:String}',
  outcome: "if(is_void, 'refused', outcome) = {outcome:String}",
  requestId: 'request_id = {requestId:String}',
  fromMs: 'recorded_ms >= {fromMs:Int64}',
  toMs: 'recorded_ms < {toMs:Int64}',
};

/** The audit trail in ClickHouse, asked. */
export class AuditLog {
  readonly #clickhouse: ClickHouse;
  readonly #entries: string;
  readonly #isVoid: string;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
    this.#entries = clickhouse.qualified(auditEntriesTable.name);
    // Writes to runs are refused after they were appended: what the trail took for accepted is named there.
    this.#isVoid = `(endsWith(source_topic, 'tracking.runs')
      AND (subject_kind, subject_id, source_offset) IN (SELECT subject, id, log_offset FROM ${clickhouse.qualified('run_voids')}))`;
  }

  /** The newest first, from behind `after` on; fewer than `limit` when they would be too large together. */
  async search(
    filter: AuditFilter,
    page: { readonly limit: number; readonly after: AuditKey | null },
  ): Promise<{ readonly entries: readonly ChainedEntry[]; readonly last: AuditKey | null }> {
    const { limit, after } = page;
    const given = Object.entries(filter).filter(([, value]) => value !== undefined);
    const where = given.map(([name]) => conditions[name as keyof AuditFilter]);
    if (after !== null) where.push(`(${order}) < (${keyParameters}) AND recorded_ms <= {atMs:Int64}`);
    // The wide columns are read of the found rows only. A repeat of an insert that is not merged yet counts once.
    const keys = await this.#clickhouse.query<KeyRow>(
      `SELECT ${order}, length(request) + length(before) + length(after) AS size
       FROM (SELECT *, ${this.#isVoid} AS is_void FROM ${this.#entries})
       WHERE ${['1', ...where].join(' AND ')} ORDER BY ${descending} LIMIT 1 BY ${key} LIMIT {limit:UInt32}`,
      { ...Object.fromEntries(given), ...after, limit },
    );
    const fitting = fittingKeys(keys);
    const [first, last] = [fitting[0], fitting.at(-1)];
    if (first === undefined || last === undefined) return { entries: [], last: null };
    const rows = await this.#clickhouse.query<AuditRow & { is_void: boolean }>(
      `SELECT * FROM (SELECT ${auditEntriesTable.columnList}, ${this.#isVoid} AS is_void FROM ${this.#entries})
       WHERE ${['1', ...given.map(([name]) => conditions[name as keyof AuditFilter])].join(' AND ')}
         AND (${order}) >= (${keyParameters}) AND recorded_ms >= {atMs:Int64} AND (${order}) <= (${firstParameters})
       ORDER BY ${descending} LIMIT 1 BY ${key}`,
      { ...Object.fromEntries(given), ...keyOf(last), ...prefixed(keyOf(first)) },
    );
    const entries = rows.map((row) =>
      row.is_void ? { ...entryOfRow(row), outcome: 'refused' as const } : entryOfRow(row),
    );
    return { entries, last: fitting.length < keys.length || keys.length === limit ? keyOf(last) : null };
  }

  /** The thing as the last command at or before the moment left it; null when there was none. */
  async lastChange(subject: Subject, moment: Moment): Promise<SubjectState | null> {
    return this.#state(
      `SELECT after AS value, recorded_ms, source_offset FROM ${this.#entries}
       WHERE ${isSubject} AND ${counts} AND ${upTo(moment)}
       ORDER BY generation DESC, source_offset DESC, item DESC LIMIT 1`,
      { ...subject, ...moment },
    );
  }

  /** The thing as it was before the first command that is recorded of it: it may be older than the trail. */
  async beforeFirstChange(subject: Subject): Promise<SubjectState | null> {
    return this.#state(
      `SELECT before AS value, recorded_ms, source_offset FROM ${this.#entries}
       WHERE ${isSubject} AND ${counts} ORDER BY generation, source_offset, item LIMIT 1`,
      subject,
    );
  }

  /** When the thing is there for the first time, in milliseconds; null when it never was. */
  async firstSeen(subject: Subject): Promise<number | null> {
    const found = await this.#clickhouse.queryOne<{ first: number; n: number }>(
      `SELECT min(recorded_ms) AS first, count() AS n FROM ${this.#entries} WHERE ${isSubject} AND ${counts} AND after != 'null'`,
      { ...subject },
    );
    return found === null || found.n === 0 ? null : found.first;
  }

  /** What was there at the moment of the things of a kind whose ids begin alike, by id. */
  async statesUnder(prefix: Subject, moment: Moment): Promise<Map<string, unknown>> {
    const rows = await this.#clickhouse.query<{ subject_id: string; value: string }>(
      `SELECT subject_id, argMax(after, (generation, source_offset, item)) AS value FROM ${this.#entries}
       WHERE subject_kind = {kind:String} AND startsWith(subject_id, {id:String}) AND ${counts} AND ${upTo(moment)}
       GROUP BY subject_id HAVING value != 'null'`,
      { ...prefix, ...moment },
    );
    return new Map(rows.map(({ subject_id: id, value }) => [id, JSON.parse(value) as unknown]));
  }

  /** The last write to the thing at or before the moment, whatever it said; null when there was none. */
  async lastOffset(subject: Subject, moment: Moment): Promise<number | null> {
    const found = await this.#clickhouse.queryOne<{ last: number; n: number }>(
      `SELECT max(source_offset) AS last, count() AS n FROM ${this.#entries}
       WHERE ${isSubject} AND outcome = 'accepted' AND ${upTo(moment)}`,
      { ...subject, ...moment },
    );
    return found === null || found.n === 0 ? null : found.last;
  }

  async #state(sql: string, parameters: object): Promise<SubjectState | null> {
    const found = await this.#clickhouse.queryOne<{ value: string; recorded_ms: number; source_offset: number }>(sql, {
      ...parameters,
    });
    if (found === null) return null;
    const value: unknown = found.value === '' ? null : JSON.parse(found.value);
    return { value, atMs: found.recorded_ms, offset: found.source_offset };
  }
}

const parameterTypes = {
  atMs: 'Int64',
  topic: 'String',
  generation: 'UInt32',
  partition: 'UInt32',
  offset: 'UInt64',
  item: 'UInt32',
} as const satisfies Readonly<Record<keyof AuditKey, string>>;
const keyParameters = Object.entries(parameterTypes)
  .map(([name, type]) => `{${name}:${type}}`)
  .join(', ');
const firstParameters = keyParameters.replaceAll('{', '{first_');
const descending = order
  .split(', ')
  .map((column) => `${column} DESC`)
  .join(', ');

/** At least one, and no more than may be held at once. */
function fittingKeys(keys: readonly KeyRow[]): readonly KeyRow[] {
  let bytes = 0;
  const tooMany = keys.findIndex(({ size }) => (bytes += size) > mostBytes);
  return tooMany < 0 ? keys : keys.slice(0, Math.max(1, tooMany));
}

function keyOf(row: KeyRow): AuditKey {
  return {
    atMs: row.recorded_ms,
    topic: row.source_topic,
    generation: row.generation,
    partition: row.source_partition,
    offset: row.source_offset,
    item: row.item,
  };
}

function prefixed(of: AuditKey): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [`first_${name}`, value]));
}

function upTo(moment: Moment): string {
  return 'atMs' in moment ? 'recorded_ms <= {atMs:Int64}' : 'source_offset <= {offset:UInt64}';
}
