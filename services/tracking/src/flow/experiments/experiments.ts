import type { Applied, CommandMeta, Domain, Rejected } from '@millrace/events';
import { watchExperiments } from '../audit/watch-experiments.ts';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: 'active' | 'deleted';
  /** Has the role admin on it. */
  readonly createdBy: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly tags: ReadonlyMap<string, string>;
}

export interface ExperimentsState {
  readonly experiments: Map<string, Experiment>;
  /** Names are unique among deleted ones too. */
  readonly idByName: Map<string, string>;
  nextId: number;
}

interface CreateExperiment {
  readonly type: 'create-experiment';
  readonly name: string;
  /** Null: the default place, made of the id. */
  readonly artifactLocation: string | null;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly imported?: ImportedExperiment;
}
/** Of an experiment of another server: it keeps its times, and its id where nobody has that here. */
interface ImportedExperiment {
  readonly id: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}
interface RenameExperiment {
  readonly type: 'rename-experiment';
  readonly id: string;
  readonly name: string;
}
interface DeleteExperiment {
  readonly type: 'delete-experiment';
  readonly id: string;
}
interface RestoreExperiment {
  readonly type: 'restore-experiment';
  readonly id: string;
}
interface TagExperiment {
  readonly type: 'tag-experiment';
  readonly id: string;
  readonly key: string;
  /** Null takes the tag away. */
  readonly value: string | null;
}
export type ExperimentCommand =
  CreateExperiment | RenameExperiment | DeleteExperiment | RestoreExperiment | TagExperiment;

export const artifactScheme = 'mlflow-artifacts:/';

const defaultExperiment: Experiment = {
  id: '0',
  name: 'Default',
  artifactLocation: `${artifactScheme}0`,
  lifecycleStage: 'active',
  createdBy: null,
  createdAtMs: 0,
  updatedAtMs: 0,
  tags: new Map(),
};

/** The rules of experiments: ids and names are settled by the order of the journal. */
export const experimentsDomain: Domain<ExperimentsState, ExperimentCommand> = {
  types: ['create-experiment', 'rename-experiment', 'delete-experiment', 'restore-experiment', 'tag-experiment'],
  initial: () => ({
    experiments: new Map([['0', defaultExperiment]]),
    idByName: new Map([['Default', '0']]),
    nextId: 1,
  }),
  watch: watchExperiments,
  apply(state: ExperimentsState, command: ExperimentCommand, meta: CommandMeta): Applied {
    if (command.type === 'create-experiment') return create(state, command, meta);
    const experiment = state.experiments.get(command.id);
    if (experiment === undefined) return experimentNotFound(command.id);
    const updated = { ...experiment, updatedAtMs: meta.atMs };
    switch (command.type) {
      case 'rename-experiment':
        return rename(state, updated, command.name);
      case 'delete-experiment':
        return experiment.lifecycleStage === 'deleted'
          ? experimentNotFound(command.id)
          : replace(state, { ...updated, lifecycleStage: 'deleted' });
      case 'restore-experiment':
        return experiment.lifecycleStage === 'active'
          ? experimentNotFound(command.id)
          : replace(state, { ...updated, lifecycleStage: 'active' });
      default:
        return tag(state, experiment, command);
    }
  },
};

function tag(state: ExperimentsState, experiment: Experiment, { key, value }: TagExperiment): Applied {
  if (experiment.lifecycleStage !== 'active') return experimentNotActive(experiment.id);
  const tags = new Map(experiment.tags);
  if (value !== null) tags.set(key, value);
  else if (!tags.delete(key)) return tagNotFound(experiment.id, key);
  return replace(state, { ...experiment, tags });
}

function create(state: ExperimentsState, command: CreateExperiment, meta: CommandMeta): Applied {
  if (state.idByName.has(command.name)) return nameTaken(command.name);
  const { imported } = command;
  const isFree = imported !== undefined && !state.experiments.has(String(imported.id));
  const number = isFree ? imported.id : state.nextId;
  const id = String(number);
  state.nextId = Math.max(state.nextId, number + 1);
  state.idByName.set(command.name, id);
  return replace(state, {
    id,
    name: command.name,
    artifactLocation: command.artifactLocation ?? `${artifactScheme}${id}`,
    lifecycleStage: 'active',
    createdBy: meta.actor,
    createdAtMs: imported?.createdAtMs ?? meta.atMs,
    updatedAtMs: imported?.updatedAtMs ?? meta.atMs,
    tags: new Map(command.tags.map(({ key, value }) => [key, value])),
  });
}

function rename(state: ExperimentsState, experiment: Experiment, name: string): Applied {
  if (experiment.lifecycleStage === 'deleted') {
    // MLflow's own code would be a 500, for what is no fault of the server.
    return { ok: false, code: 'INVALID_PARAMETER_VALUE', message: 'Cannot rename a non-active experiment.' };
  }
  if (name !== experiment.name && state.idByName.has(name)) return nameTaken(name);
  state.idByName.delete(experiment.name);
  state.idByName.set(name, experiment.id);
  return replace(state, { ...experiment, name });
}

function replace(state: ExperimentsState, experiment: Experiment): Applied {
  state.experiments.set(experiment.id, experiment);
  return { ok: true, result: experiment };
}

export function experimentNotFound(id: string): Rejected {
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message: `No Experiment with id=${id} exists` };
}

export function experimentNotActive(id: string): Rejected {
  return {
    ok: false,
    code: 'INVALID_PARAMETER_VALUE',
    message: `The experiment ${id} must be in the 'active' state. Current state is deleted.`,
  };
}

function tagNotFound(id: string, key: string): Rejected {
  return {
    ok: false,
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: `No tag with name: ${key} in experiment with id ${id}`,
  };
}

function nameTaken(name: string): Rejected {
  return { ok: false, code: 'RESOURCE_ALREADY_EXISTS', message: `Experiment(name=${name}) already exists.` };
}
