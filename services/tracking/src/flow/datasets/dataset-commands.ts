import type { Applied, CommandMeta, Rejected } from '@millrace/events';
import type { Experiment } from '../experiments/experiments.ts';
import { userTag } from './dataset-records.ts';

/** What people say of an evaluation dataset; what its records say comes from their own log. */
export interface EvaluationDataset {
  readonly id: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  /** In the order in which it was added to them. */
  readonly experimentIds: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string | null;
}

export interface DatasetTag {
  readonly key: string;
  readonly value: string;
}

interface CreateDataset {
  readonly type: 'create-dataset';
  readonly id: string;
  readonly name: string;
  readonly tags: readonly DatasetTag[];
  readonly experimentIds: readonly string[];
}
interface DeleteDataset {
  readonly type: 'delete-dataset';
  readonly id: string;
}
interface TagDataset {
  readonly type: 'tag-dataset';
  readonly id: string;
  readonly tags: readonly DatasetTag[];
}
interface UntagDataset {
  readonly type: 'untag-dataset';
  readonly id: string;
  readonly key: string;
}
interface MoveDataset {
  readonly type: 'add-dataset-to-experiments' | 'remove-dataset-from-experiments';
  readonly id: string;
  readonly experimentIds: readonly string[];
}
export type DatasetCommand = CreateDataset | DeleteDataset | TagDataset | UntagDataset | MoveDataset;

export const datasetCommandTypes = [
  'create-dataset',
  'delete-dataset',
  'tag-dataset',
  'untag-dataset',
  'add-dataset-to-experiments',
  'remove-dataset-from-experiments',
] as const satisfies readonly DatasetCommand['type'][];

export function isDatasetCommand(command: { readonly type: string }): command is DatasetCommand {
  return datasetCommandTypes.some((type) => type === command.type);
}

export interface DatasetsState {
  readonly datasets: Map<string, EvaluationDataset>;
  readonly experiments: ReadonlyMap<string, Experiment>;
}

/** The rules of evaluation datasets. Names need not differ; what is deleted or untagged twice stays so. */
export function applyDatasetCommand(state: DatasetsState, command: DatasetCommand, { atMs }: CommandMeta): Applied {
  if (command.type === 'create-dataset') return create(state, command, atMs);
  const dataset = state.datasets.get(command.id);
  switch (command.type) {
    case 'delete-dataset':
      state.datasets.delete(command.id);
      return { ok: true, result: dataset ?? null };
    case 'tag-dataset': {
      if (dataset === undefined) return notFound(`Could not find evaluation dataset with ID ${command.id}`);
      return replace(state, { ...dataset, tags: new Map([...dataset.tags, ...entriesOf(command.tags)]) });
    }
    case 'untag-dataset': {
      if (dataset === undefined) return { ok: true, result: null };
      return replace(state, { ...dataset, tags: new Map([...dataset.tags].filter(([key]) => key !== command.key)) });
    }
    default:
      if (dataset === undefined) return notFound(`Dataset '${command.id}' not found`);
      return command.type === 'add-dataset-to-experiments'
        ? add(state, dataset, command.experimentIds, atMs)
        : remove(state, dataset, command.experimentIds, atMs);
  }
}

function create(state: DatasetsState, { id, name, tags, experimentIds }: CreateDataset, atMs: number): Applied {
  const named = new Map(entriesOf(tags));
  return replace(state, {
    id,
    name,
    tags: named,
    experimentIds: [...new Set(experimentIds)],
    createdAtMs: atMs,
    updatedAtMs: atMs,
    createdBy: named.get(userTag) ?? null,
  });
}

function add(state: DatasetsState, dataset: EvaluationDataset, ids: readonly string[], atMs: number): Applied {
  const missing = ids.find((id) => !state.experiments.has(id));
  if (missing !== undefined) return notFound(`No Experiment with id=${missing}`);
  return replace(state, {
    ...dataset,
    experimentIds: [...new Set([...dataset.experimentIds, ...ids])],
    updatedAtMs: atMs,
  });
}

function remove(state: DatasetsState, dataset: EvaluationDataset, ids: readonly string[], atMs: number): Applied {
  const left = dataset.experimentIds.filter((id) => !ids.includes(id));
  if (left.length === dataset.experimentIds.length) return { ok: true, result: dataset };
  return replace(state, { ...dataset, experimentIds: left, updatedAtMs: atMs });
}

function replace({ datasets }: DatasetsState, dataset: EvaluationDataset): Applied {
  datasets.set(dataset.id, dataset);
  return { ok: true, result: dataset };
}

function entriesOf(tags: readonly DatasetTag[]): [string, string][] {
  return tags.map(({ key, value }) => [key, value]);
}

function notFound(message: string): Rejected {
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message };
}
