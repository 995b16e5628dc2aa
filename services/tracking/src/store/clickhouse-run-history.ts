import { listPages, type ClickHouse, type SinkPositions } from '@millrace/clickhouse';
import { UnavailableError } from '@millrace/service-kit';
import type { FactsWindow, RunHistory } from '../flow/ports.ts';
import type { FactKind, RunFact, Subject } from '../flow/run-facts.ts';
import type { RunSearch } from '../flow/run-search.ts';
import { runFactsTable, runVoidsTable } from './run-facts-table.ts';
import { newestPoint, runSearchSql } from './run-search-sql.ts';

interface FactRow {
  readonly id: string;
  readonly experiment_id: string;
  readonly kind: FactKind;
  readonly key: string;
  readonly text: string;
  /** As text: JSON has no NaN. */
  readonly number_text: string;
  readonly step: number;
  readonly timestamp_ms: number;
  readonly removed: boolean;
  readonly model_id: string;
  readonly run_id: string;
  readonly dataset_name: string;
  readonly dataset_digest: string;
  readonly log_partition: number;
  readonly log_offset: number;
  readonly item: number;
  readonly recorded_at_ms: number;
  readonly actor: string;
}

const columns = `id, experiment_id, kind, key, text, toString(facts.number) AS number_text, step, timestamp_ms, removed, model_id, run_id,
  dataset_name, dataset_digest, log_partition, log_offset, item, toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms, actor`;

export interface RunHistoryOptions {
  readonly positions: Pick<SinkPositions, 'waitFor'>;
  readonly topic: string;
  readonly timeoutMs: number;
}

/** Runs in ClickHouse: what the sink has stored of the log. */
export class ClickHouseRunHistory implements RunHistory {
  readonly #clickhouse: ClickHouse;
  readonly #options: RunHistoryOptions;

  constructor(clickhouse: ClickHouse, options: RunHistoryOptions) {
    this.#clickhouse = clickhouse;
    this.#options = options;
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

  async factsOf(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    const found: RunFact[] = [];
    for (const page of listPages(ids))
      for (const fact of await this.#factsOfPage(subject, page, window)) found.push(fact);
    return found;
  }

  async #factsOfPage(subject: Subject, ids: readonly string[], window?: FactsWindow): Promise<RunFact[]> {
    const facts = this.#facts();
    const inWindow = 'log_offset < {before:UInt64} AND NOT has({except:Array(UInt64)}, log_offset)';
    const scope = `subject = {subject:String} AND id IN {ids:Array(String)}${window ? ` AND ${inWindow}` : ''}`;
    const rows = await this.#clickhouse.query<FactRow>(
      `SELECT ${columns} FROM ${facts} AS facts WHERE ${scope} AND kind != 'metric'
       UNION ALL
       SELECT ${columns} FROM ${facts} AS facts WHERE ${scope} AND kind = 'metric'
         ORDER BY ${newestPoint} DESC LIMIT 1 BY subject, id, key`,
      { subject, ids, ...window },
    );
    return rows.map((row) => asFact(subject, row));
  }

  async search(search: RunSearch): Promise<string[]> {
    const { text, parameters } = runSearchSql(search, this.#facts());
    const rows = await this.#clickhouse.query<{ id: string }>(text, parameters);
    return rows.map(({ id }) => id);
  }

  async metricHistory(page: { runId: string; key: string; limit: number; offset: number }): Promise<RunFact[]> {
    const rows = await this.#clickhouse.query<FactRow>(
      `SELECT ${columns} FROM ${this.#facts()} AS facts
       WHERE subject = 'run' AND id = {runId:String} AND kind = 'metric' AND key = {key:String}
       ORDER BY timestamp_ms, step, isNaN(number), number, log_offset, item
       LIMIT 1 BY timestamp_ms, step, number_text
       LIMIT {limit:UInt64} OFFSET {offset:UInt64}`,
      page,
    );
    return rows.map((row) => asFact('run', row));
  }

  /** The facts that count. */
  #facts(): string {
    const facts = this.#clickhouse.qualified(runFactsTable.name);
    const voids = this.#clickhouse.qualified(runVoidsTable.name);
    return `(SELECT * FROM ${facts} WHERE (subject, id, log_offset) NOT IN (SELECT subject, id, log_offset FROM ${voids}))`;
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
    number: row.number_text === 'nan' ? Number.NaN : Number(row.number_text),
    step: row.step,
    timestampMs: row.timestamp_ms,
    removed: row.removed,
    modelId: row.model_id,
    runId: row.run_id,
    datasetName: row.dataset_name,
    datasetDigest: row.dataset_digest,
    partition: row.log_partition,
    offset: row.log_offset,
    item: row.item,
    recordedAtMs: row.recorded_at_ms,
    actor: row.actor,
  };
}
