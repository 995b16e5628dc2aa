import type { ClickHouse } from '@millrace/clickhouse';
import { purgedStage } from '../../flow/runs/run-head.ts';
import type { PurgedRun, RunErasure, RunsToPurge } from '../../flow/retention/ports.ts';
import { runPurgesTable } from '../runs/run-facts-table.ts';
import { winnerPlaces } from '../runs/run-latest-table.ts';
import { RunsInForce } from '../runs/runs-in-force.ts';

const runsAtOnce = 100;

/** What is left of a run: the writes by which every later one is judged. */
const keptAttributes = `('created_time', 'lifecycle_stage', 'request_id', 'request_hash')`;

/** Rows of purged runs are taken out where they lie: no point of them passes through here, however many there are. */
export class ClickHouseRunErasure implements RunErasure {
  readonly #clickhouse: ClickHouse;
  readonly #runs: RunsInForce;
  readonly #purges: string;
  readonly #now: () => number;

  constructor(clickhouse: ClickHouse, now: () => number) {
    this.#clickhouse = clickhouse;
    this.#runs = new RunsInForce(clickhouse);
    this.#purges = clickhouse.qualified(runPurgesTable.name);
    this.#now = now;
  }

  async deletedBefore({ experimentId, beforeMs, afterId, all }: RunsToPurge): Promise<string[]> {
    const won = (place: number): string => `tupleElement(max(winner), ${place})`;
    const due = `${won(winnerPlaces.text)} = 'deleted' AND ${won(winnerPlaces.recordedAtMs)} < {beforeMs:Int64}`;
    const rows = await this.#clickhouse.query<{ id: string }>(
      `SELECT id FROM ${this.#runs.standing('subject = {subject:String} AND experiment_id = {experimentId:String}')}
       WHERE kind = 'attribute' AND key = 'lifecycle_stage' AND id > {afterId:String}
       GROUP BY id HAVING ${all ? `${won(winnerPlaces.text)} != '${purgedStage}'` : due}
       ORDER BY id LIMIT ${runsAtOnce}`,
      { subject: 'run', experimentId, afterId, beforeMs: Math.trunc(beforeMs) },
    );
    return rows.map(({ id }) => id);
  }

  async notErased(afterId: string): Promise<PurgedRun[]> {
    return this.#clickhouse.query<PurgedRun>(
      `SELECT id, any(experiment_id) AS experimentId FROM ${this.#purges}
       WHERE subject = 'run' AND id > {afterId:String}
       GROUP BY id HAVING max(erased) = false ORDER BY id LIMIT ${runsAtOnce}`,
      { afterId },
    );
  }

  async erase(runs: readonly PurgedRun[]): Promise<void> {
    const ids = runs.map(({ id }) => id);
    const experimentIds = [...new Set(runs.map(({ experimentId }) => experimentId))];
    const ofThese = `subject = 'run' AND id IN {ids:Array(String)}`;
    await this.#delete(`${this.#runs.points} WHERE ${ofThese}`, { ids });
    await this.#delete(`${this.#runs.latest} WHERE experiment_id IN {experimentIds:Array(String)} AND ${ofThese}`, {
      ids,
      experimentIds,
    });
    const isKept = `kind = 'attribute' AND key IN ${keptAttributes}`;
    await this.#delete(`${this.#runs.facts} WHERE ${ofThese} AND NOT (${isKept})`, { ids });
    const recordedAt = new Date(this.#now()).toISOString();
    // The last step: until here all of it is done again after a crash.
    await this.#clickhouse.insert(
      runPurgesTable.name,
      runs.map(({ id, experimentId }) => ({
        subject: 'run',
        id,
        experiment_id: experimentId,
        erased: true,
        recorded_at: recordedAt,
      })),
    );
  }

  /** The server marks the rows at once and drops them when it merges. */
  async #delete(from: string, parameters: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#clickhouse.command(`DELETE FROM ${from}`, parameters, { lightweight_deletes_sync: '2' });
  }
}
