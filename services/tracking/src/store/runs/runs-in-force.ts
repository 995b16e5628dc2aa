import type { ClickHouse } from '@millrace/clickhouse';
import { metricPointsTable } from './metric-points-table.ts';
import { runFactsTable, runVoidsTable } from './run-facts-table.ts';
import { runLatestTable } from './run-latest-table.ts';

/** The winner of `run_latest` that a point is; see `rankOf`. */
const winnerOfPoint = `(step, timestamp_ms, if(isNaN(value), -inf, value), '', false, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at), model_id, run_id, dataset_name, dataset_digest)`;

/** The same of any other fact. */
const winnerOfFact = `(
  if(kind IN ('attribute', 'tag'), toInt64(log_offset), -toInt64(log_offset)),
  if(kind IN ('attribute', 'tag'), toInt64(item), -toInt64(item)),
  0., if(kind = 'model-output', toString(step), text), removed, toInt64(log_offset), toUnixTimestamp64Milli(recorded_at),
  model_id, run_id, dataset_name, dataset_digest)`;

/**
 * Pieces of SQL about what counts. `run_latest` cannot give back a write that was named void later, so the few runs that
 * have such a write are taken together from all that was written. The subject is the parameter `subject`.
 */
export class RunsInForce {
  readonly facts: string;
  readonly points: string;
  readonly latest: string;
  readonly voids: string;

  constructor(clickhouse: Pick<ClickHouse, 'qualified'>) {
    this.facts = clickhouse.qualified(runFactsTable.name);
    this.points = clickhouse.qualified(metricPointsTable.name);
    this.latest = clickhouse.qualified(runLatestTable.name);
    this.voids = clickhouse.qualified(runVoidsTable.name);
  }

  /** Ids of runs that `run_latest` does not tell rightly. */
  get voidedIds(): string {
    return `SELECT id FROM ${this.voids} WHERE subject = {subject:String}`;
  }

  /** Of facts and points: not named void. */
  get counts(): string {
    return `(id, log_offset) NOT IN (SELECT id, log_offset FROM ${this.voids} WHERE subject = {subject:String})`;
  }

  /** The newest points, as rows of `run_latest`. */
  newestPoints(condition: string): string {
    return `SELECT 'metric' AS kind, key, id, experiment_id, max(${winnerOfPoint}) AS winner
      FROM ${this.points} WHERE ${condition} AND ${this.counts} GROUP BY key, id, experiment_id`;
  }

  /** `run_latest` with what it cannot tell put right, where the condition holds. */
  standing(condition: string): string {
    const exact = `${condition} AND id IN (${this.voidedIds}) AND ${this.counts}`;
    return `(
      SELECT experiment_id, kind, key, id, winner FROM ${this.latest} WHERE ${condition} AND id NOT IN (${this.voidedIds})
      UNION ALL
      SELECT experiment_id, kind, key, id, ${winnerOfFact} AS winner FROM ${this.facts} WHERE ${exact} AND kind NOT IN ('artifact', 'metric')
      UNION ALL
      SELECT experiment_id, CAST('metric', 'LowCardinality(String)') AS kind, key, id, ${winnerOfPoint} AS winner FROM ${this.points} WHERE ${exact}
    )`;
  }
}
