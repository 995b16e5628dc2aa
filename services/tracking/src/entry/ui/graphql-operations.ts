import { checkRunId, doesNotExist, readRequest } from '@millrace/mlflow-protocol';
import { experimentNotFound } from '../../flow/experiments/experiments.ts';
import { restInput, type Message } from '../../flow/graphql/message-field.ts';
import type { LiveRuns } from '../../flow/runs/live-runs.ts';
import type { MetricHistory } from '../../flow/runs/metric-history.ts';
import { ModelVersionsOfRuns } from '../../flow/graphql/model-versions-of-runs.ts';
import type { ExperimentsJournal, RegisteredVersions } from '../../flow/ports.ts';
import type { RunView } from '../../flow/runs/run-view.ts';
import { notFound } from '../../flow/runs/write-refusals.ts';
import type { SearchDatasets } from '../../flow/runs/search-datasets.ts';
import type { SearchRuns } from '../../flow/runs/search-runs.ts';
import type { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { listOfRun } from '../artifacts/artifact-requests.ts';
import { fileJson } from '../artifacts/artifacts.controller.ts';
import { metricIntervals } from '../runs/metric-intervals.ts';
import { experimentJson, runJson } from '../mlflow-json.ts';
import * as requests from '../runs/run-requests.ts';
import { datasetSummaryJson, getExperiment, searchDatasets } from './ui-messages.ts';

export interface GraphqlSources {
  readonly experiments: ExperimentsJournal;
  readonly live: LiveRuns;
  readonly runs: SearchRuns;
  readonly datasets: SearchDatasets;
  readonly history: MetricHistory;
  readonly artifacts: StoredArtifacts;
  /** The registry as whoever sent the document sees it. */
  readonly registryFor: (authorization: string | undefined) => RegisteredVersions;
}

/** The operations of one document, each as its REST twin reads and answers it. */
export function graphqlOperations(sources: GraphqlSources, authorization: string | undefined): Message {
  const { experiments, live, runs, datasets, history, artifacts } = sources;
  const registry = sources.registryFor(authorization);
  const versions = new ModelVersionsOfRuns(registry);

  const experimentOf = async (id: string): Promise<Message> => {
    const experiment = (await experiments.read()).experiments.get(id);
    if (experiment === undefined) throw doesNotExist(experimentNotFound(id).message);
    return experimentJson(experiment);
  };
  const runMessage = (head: RunView, experimentIsDeleted: boolean): Message => ({
    ...runJson(head, experimentIsDeleted),
    experiment: () => experimentOf(head.experimentId),
    model_versions: () => versions.of(head.id),
  });

  return {
    mlflow_get_experiment: async (input: unknown) => ({
      experiment: await experimentOf(readRequest(getExperiment, restInput(input)).experiment_id),
    }),

    mlflow_get_run: async (input: unknown) => {
      const runId = requests.runIdOf(readRequest(requests.runOnly, restInput(input)));
      checkRunId(runId);
      const head = await live.get('run', runId);
      if (head === null) throw notFound('run', runId);
      const experiment = (await experiments.read()).experiments.get(head.experimentId);
      return { run: runMessage(head, experiment?.lifecycleStage === 'deleted') };
    },

    mlflow_search_runs: async (input: unknown) => {
      const request = readRequest(requests.searchRuns, restInput(input));
      const { heads, deletedExperiments, nextPageToken } = await runs.run({
        subject: 'run',
        experimentIds: request.experiment_ids,
        filter: request.filter,
        viewType: request.run_view_type,
        orderBy: request.order_by,
        maxResults: request.max_results,
        pageToken: request.page_token,
      });
      return {
        runs: heads.map((head) => runMessage(head, deletedExperiments.has(head.experimentId))),
        next_page_token: nextPageToken,
      };
    },

    mlflow_list_artifacts: async (input: unknown) => {
      const { path = '', ...ids } = readRequest(listOfRun, restInput(input));
      const runId = requests.runIdOf(ids);
      checkRunId(runId);
      const { rootUri, files } = await artifacts.list({ subject: 'run', id: runId, path });
      return { root_uri: rootUri, files: files.map(fileJson) };
    },

    mlflow_search_model_versions: (input: unknown) => registry.search(restInput(input)),

    mlflow_search_datasets: async (input: unknown) => {
      const { experiment_ids: ids } = readRequest(searchDatasets, restInput(input));
      return { dataset_summaries: (await datasets.run(ids)).map(datasetSummaryJson) };
    },

    mlflow_get_metric_history_bulk_interval: (input: unknown) => metricIntervals({ live, history }, restInput(input)),
  };
}
