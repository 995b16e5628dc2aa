import type { Applied, CommandMeta, Domain, Rejected } from '@millrace/events';

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: 'active' | 'deleted';
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
          ? experimentNotActive(command.id, 'deleted')
          : replace(state, { ...updated, lifecycleStage: 'deleted' });
      case 'restore-experiment':
        return experiment.lifecycleStage === 'active'
          ? experimentNotActive(command.id, 'active')
          : replace(state, { ...updated, lifecycleStage: 'active' });
      default: {
        const tags = new Map(experiment.tags);
        if (command.value === null) tags.delete(command.key);
        else tags.set(command.key, command.value);
        return replace(state, { ...updated, tags });
      }
    }
  },
};

function create(state: ExperimentsState, command: CreateExperiment, meta: CommandMeta): Applied {
  if (state.idByName.has(command.name)) return nameTaken(command.name);
  const id = String(state.nextId);
  state.nextId += 1;
  state.idByName.set(command.name, id);
  return replace(state, {
    id,
    name: command.name,
    artifactLocation: command.artifactLocation ?? `${artifactScheme}${id}`,
    lifecycleStage: 'active',
    createdAtMs: meta.atMs,
    updatedAtMs: meta.atMs,
    tags: new Map(command.tags.map(({ key, value }) => [key, value])),
  });
}

function rename(state: ExperimentsState, experiment: Experiment, name: string): Applied {
  if (experiment.lifecycleStage === 'deleted') {
    return {
      ok: false,
      code: 'INVALID_PARAMETER_VALUE',
      message: 'Cannot rename experiment in non-active lifecycle stage.',
    };
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

function experimentNotActive(id: string, stage: string): Rejected {
  return {
    ok: false,
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: `No experiment with id=${id} that is not ${stage} exists`,
  };
}

function nameTaken(name: string): Rejected {
  return { ok: false, code: 'RESOURCE_ALREADY_EXISTS', message: `Experiment(name=${name}) already exists.` };
}
