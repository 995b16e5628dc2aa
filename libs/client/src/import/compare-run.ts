import { compareTags, type TagChanges } from './compare-tags.ts';
import { whole, type DatasetInput, type Run } from './mlflow-entities.ts';

export interface RunChanges {
  readonly params: TagChanges;
  readonly tags: TagChanges;
  readonly datasets: readonly DatasetInput[];
  readonly modelInputs: readonly { readonly model_id: string }[];
  readonly modelOutputs: readonly { readonly model_id: string; readonly step?: number }[];
  /** How it ended, when it still runs here. */
  readonly end: { readonly status: string; readonly end_time: number } | null;
}

const running: readonly (string | undefined)[] = ['RUNNING', 'SCHEDULED', undefined];

/** What of a run is not here yet; its points and files are compared where they are read. */
export function compareRun(source: Run, here: Run | null): RunChanges {
  const { status, end_time: endTime } = source.info;
  const hasEnded = here !== null && running.includes(here.info.status) && !running.includes(status);
  const datasets = new Set(here?.inputs?.dataset_inputs?.map(keyOfDataset));
  const inputs = new Set(here?.inputs?.model_inputs?.map(({ model_id: id }) => id));
  const outputs = new Set(here?.outputs?.model_outputs?.map(({ model_id: id }) => id));
  return {
    params: compareTags(source.data?.params, here?.data?.params),
    tags: compareTags(source.data?.tags, here?.data?.tags),
    datasets: (source.inputs?.dataset_inputs ?? []).filter((input) => !datasets.has(keyOfDataset(input))),
    modelInputs: (source.inputs?.model_inputs ?? []).filter(({ model_id: id }) => !inputs.has(id)),
    modelOutputs: (source.outputs?.model_outputs ?? []).filter(({ model_id: id }) => !outputs.has(id)),
    end: hasEnded ? { status: status ?? 'FINISHED', end_time: whole(endTime) } : null,
  };
}

function keyOfDataset({ dataset }: DatasetInput): string {
  return JSON.stringify([dataset.name, dataset.digest]);
}
