import { watchOne, type Applied, type SubjectChange } from '@millrace/events';
import type { DatasetCommand, DatasetsState } from '../datasets/dataset-commands.ts';

/** The evaluation dataset that a command is about; what its records say is told by their own log. */
export function watchDatasets(
  { datasets }: Pick<DatasetsState, 'datasets'>,
  { id }: DatasetCommand,
): (applied: Applied) => readonly SubjectChange[] {
  const snapshot = (): object | null => {
    const dataset = datasets.get(id);
    return dataset === undefined ? null : { ...dataset, tags: Object.fromEntries(dataset.tags) };
  };
  return watchOne({ kind: 'dataset', id, snapshot });
}
