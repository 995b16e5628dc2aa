import { ByteReader, listPages, type ClickHouse, type SinkPositions } from '@millrace/clickhouse';
import { UnavailableError } from '@millrace/service-kit';
import type { FactsWindow, RunHistory, RunKey, StoredNow, StoredRuns } from '../../flow/ports.ts';
import type { FactKind, RunFact, Subject } from '../../flow/runs/run-facts.ts';
import { foundOrder } from '../../flow/runs/run-order.ts';
import type { FoundRun, RunSearch } from '../../flow/runs/run-search.ts';
import { latestColumns, latestFact, latestFacts, StandingFacts } from './latest-facts.ts';
import { foundRunOf, runSearchSql } from './run-search-sql.ts';
import { RunsInForce } from './runs-in-force.ts';

interface FactRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly kind: FactKind;
  readonly key: string;
  readonly text: string;
  readonly number: number;
  readonly step: number;
  readonly removed: boolean;
  readonly dataset_name: string;
  readonly dataset_digest: string;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly item: number;
  readonly recorded_at_ms: number;
  readonly actor: string;
}

const columns = `id, experiment_id, kind, key, text, number, step, removed, dataset_name,
  dataset_digest, log_partition, log_offset, item, toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms, actor`;

/** A few: all that was ever written of them is read. */
const voidedRunsAtOnce = 20;

const ofThese = 'subject = {subject:String} AND id IN {ids:Array(String)}';
const inWindow = 'log_offset < {before:UInt64} AND NOT has({except:Array(UInt64)}, log_offset)';

function isWithin({ before, except }: FactsWindow, offset: number): boolean {
  return offset < before && !except.includes(offset);
}

export interface RunHistoryOptions {
  readonly positions: Pick<SinkPositions, 'waitFor' | 'applied'>;
  readonly topic: string;
  readonly timeoutMs: number;
}

/** Runs in ClickHouse: what the sink has stored of the log. */
export class ClickHouseRunHistory implements RunHistory, StoredRuns {
  readonly #clickhouse: ClickHouse;
  readonly #options: RunHistoryOptions;
  readonly #runs: RunsInForce;

  constructor(clickhouse: ClickHouse, options: RunHistoryOptions) {
    this.#clickhouse = clickhouse;
    this.#options = options;
    this.#runs = new RunsInForce(clickhouse);
  }

  async untilStored(wanted: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void> {
    const { topic, positions, timeoutMs } = this.#options;
    const last = wanted
      .filter(({ nextOffset }) => nextOffset > 0)
      .map(({ partition, nextOffset }) => ({ topic, partition, offset: nextOffset - 1 }));
    const waited = await positions.waitFor(last, timeoutMs);
    if (!waited.reached) {
      throw new UnavailableError(
        'TRACKING_HISTORY_BEHIND',
        `runs are not yet stored up to the writes that were acknowledged: ${waited.missing.length} partitions are behind`,
      );
    }
  }

  async storedNow(keys: readonly RunKey[]): Promise<StoredNow> {
    const storedTo = await this.#options.positions.applied(this.#options.topic);
    const known = new Set<string>();
    const subjects = [...new Set(keys.map(({ subject }) => subject))];
    for (const ids of listPages(keys.map(({ id }) => id))) {
      const rows = await this.#clickhouse.query<RunKey>(
        `SELECT DISTINCT subject, id FROM ${this.#runs.facts}
         WHERE subject IN {subjects:Array(String)} AND id IN {ids:Array(String)}`,
        { subjects, ids },
      );
      for (const { subject, id } of rows) known.add(`${subject} ${id}`);
    }
    return { storedTo, has: ({ subject, id }) => known.has(`${subject} ${id}`) };
  }

  async factsOf(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    const found: RunFact[] = [];
    for (const page of listPages(ids)) {
      // One after the other: a write that is named void meanwhile may have points without its facts, never the reverse.
      for (const fact of await this.#factsOfPage(subject, page, window)) found.push(fact);
      for (const point of await this.#pointsOfPage(subject, page, window)) found.push(point);
    }
    return found;
  }

  async #factsOfPage(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    const rows = await this.#clickhouse.query<FactRow>(
      `SELECT ${columns} FROM ${this.#runs.facts}
       WHERE ${ofThese} AND ${this.#runs.counts} AND ${window ? inWindow : '1'} AND kind != 'metric'`,
      { subject, ids, ...window },
    );
    return rows.map((row) => asFact(subject, row));
  }

  /** What stands, except where that is a point which does not count or lies outside the window: there the points are looked through. */
  async #pointsOfPage(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    const { facts, latest, voids } = this.#runs;
    const [voided, bytes] = await Promise.all([
      this.#clickhouse.query<{ id: string }>(`SELECT DISTINCT id FROM ${voids} WHERE ${ofThese}`, { subject, ids }),
      // The table of what stands is ordered by experiment, which the other one tells.
      this.#clickhouse.queryBytes(
        `SELECT ${latestColumns} FROM ${latest}
         WHERE ${ofThese} AND kind = 'metric'
           AND experiment_id IN (SELECT DISTINCT experiment_id FROM ${facts} WHERE ${ofThese} AND kind = 'attribute')`,
        { subject, ids },
      ),
    ]);
    const newest = latestFacts(new ByteReader(bytes), subject);
    const searched = new Set(voided.map(({ id }) => id));
    if (window !== undefined) {
      for (const { id, offset } of newest) if (!isWithin(window, offset)) searched.add(id);
    }
    if (searched.size === 0) return newest;
    const points = await this.#clickhouse.queryBytes(
      `SELECT ${latestColumns} FROM (${this.#runs.newestPoints(`${ofThese} AND ${window ? inWindow : '1'}`)})`,
      { subject, ids: [...searched], ...window },
    );
    return [...newest.filter(({ id }) => !searched.has(id)), ...latestFacts(new ByteReader(points), subject)];
  }

  /** Of more experiments than one query takes, the found of each are merged. */
  async search(search: RunSearch): Promise<FoundRun[]> {
    const found: FoundRun[] = [];
    const deleted = new Set(search.deletedExperimentIds);
    for (const experimentIds of listPages(search.experimentIds)) {
      const deletedExperimentIds = experimentIds.filter((id) => deleted.has(id));
      const { text, parameters } = runSearchSql({ ...search, experimentIds, deletedExperimentIds }, this.#runs);
      const rows = await this.#clickhouse.query<Record<string, number | string>>(text, parameters);
      for (const row of rows) found.push(foundRunOf(row, search.order.length));
    }
    return found.sort(foundOrder(search.order)).slice(0, search.limit);
  }

  async *latestOf(subject: Subject, experimentId: string): AsyncGenerator<RunFact[], void, void> {
    let last: RunFact | undefined;
    // In the order of the table and without an aggregate, so that the server sends what it reads and sorts nothing.
    const rows = this.#clickhouse.streamRows(
      {
        columns: latestColumns,
        rest: `FROM ${this.#runs.latest}
          WHERE experiment_id = {experimentId:String} AND subject = {subject:String} AND id NOT IN (${this.#runs.voidedIds})
          ORDER BY experiment_id, subject, kind, key, id`,
      },
      { subject, experimentId },
      (reader) => (last = latestFact(reader, subject, last)),
    );
    const standing = new StandingFacts();
    for await (const page of rows) yield standing.add(page);
    yield standing.end();
    yield* this.#voidedOf(subject, experimentId);
  }

  /** Runs that have a write which was named void: in the order of the log, which decides. */
  async *#voidedOf(subject: Subject, experimentId: string): AsyncGenerator<RunFact[], void, void> {
    const rows = await this.#clickhouse.query<{ id: string }>(
      `SELECT DISTINCT id FROM ${this.#runs.facts}
       WHERE subject = {subject:String} AND experiment_id = {experimentId:String} AND id IN (${this.#runs.voidedIds})`,
      { subject, experimentId },
    );
    const ids = rows.map(({ id }) => id);
    for (let at = 0; at < ids.length; at += voidedRunsAtOnce) {
      const facts = await this.factsOf(subject, ids.slice(at, at + voidedRunsAtOnce));
      yield facts.sort((a, b) => a.offset - b.offset || a.item - b.item);
    }
  }
}

function asFact(subject: Subject, row: FactRow): RunFact {
  return {
    subject,
    id: row.id,
    experimentId: row.experiment_id,
    kind: row.kind,
    key: row.key,
    text: row.text,
    number: row.number,
    step: row.step,
    timestampMs: 0,
    removed: row.removed,
    modelId: '',
    runId: '',
    datasetName: row.dataset_name,
    datasetDigest: row.dataset_digest,
    partition: row.log_partition,
    offset: row.log_offset,
    item: row.item,
    recordedAtMs: row.recorded_at_ms,
    actor: row.actor,
  };
}
