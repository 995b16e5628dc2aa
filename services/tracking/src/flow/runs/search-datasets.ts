import { invalidParameter } from '@millrace/mlflow-protocol';
import type { LiveRuns } from './live-runs.ts';
import type { DatasetSummaries, DatasetSummary } from '../ports.ts';

const maxExperiments = 20;

/** Which datasets the runs of some experiments have used, once history holds every use that was acknowledged before. */
export class SearchDatasets {
  readonly #live: Pick<LiveRuns, 'untilStored'>;
  readonly #summaries: DatasetSummaries;

  constructor(live: Pick<LiveRuns, 'untilStored'>, summaries: DatasetSummaries) {
    this.#live = live;
    this.#summaries = summaries;
  }

  async run(experimentIds: readonly string[]): Promise<DatasetSummary[]> {
    if (experimentIds.length === 0)
      throw invalidParameter('SearchDatasets request must specify at least one experiment_id.');
    if (experimentIds.length > maxExperiments)
      throw invalidParameter(
        `SearchDatasets request cannot specify more than ${maxExperiments} experiment_ids. Received ${experimentIds.length} experiment_ids.`,
      );
    await this.#live.untilStored();
    return this.#summaries.ofExperiments(experimentIds);
  }
}
