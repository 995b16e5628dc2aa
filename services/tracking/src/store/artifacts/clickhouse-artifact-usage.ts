import type { ClickHouse } from '@millrace/clickhouse';
import type { LiveRuns } from '../../flow/runs/live-runs.ts';
import type { ArtifactUsage } from '../../flow/ports.ts';
import { runFactsTable, runVoidsTable } from '../runs/run-facts-table.ts';

/** The names of files as the sink has stored them; every question waits for what was acknowledged before it. */
export class ClickHouseArtifactUsage implements ArtifactUsage {
  readonly #clickhouse: ClickHouse;
  readonly #live: Pick<LiveRuns, 'untilStored'>;

  constructor(clickhouse: ClickHouse, live: Pick<LiveRuns, 'untilStored'>) {
    this.#clickhouse = clickhouse;
    this.#live = live;
  }

  async bytesOf(experimentId: string): Promise<number> {
    await this.#live.untilStored();
    const [row] = await this.#clickhouse.query<{ bytes: number | string }>(
      `SELECT sum(size) AS bytes FROM (
         SELECT argMax(if(facts.removed, 0, facts.number), (log_offset, item)) AS size
         FROM ${this.#clickhouse.qualified(runFactsTable.name)} AS facts
         WHERE kind = 'artifact' AND experiment_id = {experimentId:String}
           AND ${this.#counts}
         GROUP BY subject, id, key)`,
      { experimentId },
    );
    return Number(row?.bytes ?? 0);
  }

  async usedOf(hashes: readonly string[], sinceMs: number): Promise<ReadonlySet<string>> {
    await this.#live.untilStored();
    const table = this.#clickhouse.qualified(runFactsTable.name);
    const rows = await this.#clickhouse.query<{ hash: string }>(
      `SELECT DISTINCT hash FROM (
         SELECT argMax(facts.text, (log_offset, item)) AS current, groupUniqArray(facts.text) AS ever,
           max(toUnixTimestamp64Milli(facts.recorded_at)) AS changed_at_ms
         FROM ${table} AS facts
         WHERE kind = 'artifact' AND ${this.#counts} AND (subject, id, key) IN
           (SELECT subject, id, key FROM ${table} WHERE kind = 'artifact' AND text IN {hashes:Array(String)})
         GROUP BY subject, id, key)
       ARRAY JOIN if(changed_at_ms >= {sinceMs:Int64}, ever, [current]) AS hash
       WHERE hash IN {hashes:Array(String)}`,
      { hashes, sinceMs: Math.trunc(sinceMs) },
    );
    return new Set(rows.map(({ hash }) => hash));
  }

  /** A name that was taken back before its client heard of it is none. */
  get #counts(): string {
    const voids = this.#clickhouse.qualified(runVoidsTable.name);
    return `(subject, id, log_offset) NOT IN (SELECT subject, id, log_offset FROM ${voids})`;
  }
}
