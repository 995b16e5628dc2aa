import { watchOne, type Applied, type SubjectChange } from '@millrace/events';
import type { Experiment, ExperimentCommand, ExperimentsState } from '../experiments/experiments.ts';

export type ExperimentSnapshot = Omit<Experiment, 'tags'> & { readonly tags: Readonly<Record<string, string>> };

/** The experiment that a command on one is about; a creation that is refused is about the one that has the name. */
export function watchExperiments(
  state: ExperimentsState,
  command: ExperimentCommand,
): (applied: Applied) => readonly SubjectChange[] {
  return watchOne({
    kind: 'experiment',
    id: 'id' in command ? command.id : state.idByName.get(command.name),
    snapshot: (id) => snapshotOf(state, id),
  });
}

export function experimentOf(snapshot: ExperimentSnapshot): Experiment {
  return { ...snapshot, tags: new Map(Object.entries(snapshot.tags)) };
}

function snapshotOf({ experiments }: ExperimentsState, id: string | undefined): ExperimentSnapshot | null {
  const experiment = id === undefined ? undefined : experiments.get(id);
  return experiment === undefined ? null : { ...experiment, tags: Object.fromEntries(experiment.tags) };
}
