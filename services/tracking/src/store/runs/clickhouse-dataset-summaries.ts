import type { ClickHouse } from '@millrace/clickhouse';
import type { DatasetSummaries, DatasetSummary } from '../../flow/ports.ts';
import { runFactsTable } from './run-facts-table.ts';

/** MLflow's own: the list is a menu of the run table. */
const maxSummaries = 1000;

export class ClickHouseDatasetSummaries implements DatasetSummaries {
  readonly #clickhouse: ClickHouse;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  async ofExperiments(experimentIds: readonly string[]): Promise<DatasetSummary[]> {
    const context = `arrayFirst(tag -> JSONExtractString(tag, 'key') = 'mlflow.data.context', JSONExtractArrayRaw(text, 'tags'))`;
    const rows = await this.#clickhouse.query<Omit<DatasetSummary, 'context'> & { context: string }>(
      `SELECT DISTINCT experiment_id AS experimentId, dataset_name AS name, dataset_digest AS digest,
         JSONExtractString(${context}, 'value') AS context
       FROM ${this.#clickhouse.qualified(runFactsTable.name)}
       WHERE subject = 'run' AND kind = 'dataset' AND experiment_id IN {experimentIds:Array(String)}
       ORDER BY experimentId, name, digest, context
       LIMIT {limit:UInt32}`,
      { experimentIds, limit: maxSummaries },
    );
    return rows.map((row) => ({ ...row, context: row.context || null }));
  }
}
