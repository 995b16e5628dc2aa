import type { Applied, CommandMeta, Rejected } from '@millrace/events';
import { experimentNotActive, experimentNotFound, type ExperimentsState } from '../experiments/experiments.ts';

export interface ScorerVersion {
  readonly experimentId: string;
  readonly scorerId: string;
  readonly name: string;
  readonly version: number;
  /** What the client wrote, never run here. */
  readonly serialized: string;
  readonly createdAtMs: number;
}

interface Scorer {
  readonly id: string;
  /** Kept when versions are deleted: a number never means another version of the same scorer. */
  readonly lastVersion: number;
  /** The newest last. */
  readonly versions: readonly ScorerVersion[];
}

/** By experiment and name. */
export type Scorers = Map<string, ReadonlyMap<string, Scorer>>;

interface RegisterScorer {
  readonly type: 'register-scorer';
  readonly id: string;
  readonly name: string;
  readonly serialized: string;
}
interface DeleteScorer {
  readonly type: 'delete-scorer';
  readonly id: string;
  readonly name: string;
  /** Null: the scorer with all its versions. */
  readonly version: number | null;
}
/** `id` is that of the experiment, as in all commands of its journal. */
export type ScorerCommand = RegisterScorer | DeleteScorer;
export const scorerTypes = ['register-scorer', 'delete-scorer'] as const satisfies readonly ScorerCommand['type'][];

export function isScorerCommand(command: { readonly type: string }): command is ScorerCommand {
  return (scorerTypes as readonly string[]).includes(command.type);
}

export interface ScorersState {
  readonly scorers: Scorers;
}

/** Scorers of experiments that are there and active. */
export function applyScorerCommand(
  { scorers, experiments }: ScorersState & Pick<ExperimentsState, 'experiments'>,
  command: ScorerCommand,
  meta: CommandMeta,
): Applied {
  const experiment = experiments.get(command.id);
  if (experiment === undefined) return experimentNotFound(command.id);
  if (experiment.lifecycleStage !== 'active') return experimentNotActive(command.id);
  const ofExperiment = new Map(scorers.get(command.id));
  const known = ofExperiment.get(command.name);
  if (command.type === 'register-scorer') {
    const { id: experimentId, name, serialized } = command;
    const { id: scorerId, lastVersion, versions } = known ?? { id: meta.commandId, lastVersion: 0, versions: [] };
    const version = lastVersion + 1;
    const made: ScorerVersion = { experimentId, scorerId, name, version, serialized, createdAtMs: meta.atMs };
    ofExperiment.set(name, { id: scorerId, lastVersion: version, versions: [...versions, made] });
    scorers.set(experimentId, ofExperiment);
    return { ok: true, result: made };
  }
  if (known === undefined) return scorerNotFound({ ...command, version: null });
  const left = known.versions.filter(({ version }) => version !== (command.version ?? version));
  if (command.version !== null && left.length === known.versions.length) return scorerNotFound(command);
  if (command.version === null) ofExperiment.delete(command.name);
  else ofExperiment.set(command.name, { ...known, versions: left });
  scorers.set(command.id, ofExperiment);
  return { ok: true, result: null };
}

/** The newest version of each scorer, by name. */
export function latestScorers(scorers: Scorers, experimentId: string): ScorerVersion[] {
  return [...(scorers.get(experimentId)?.values() ?? [])]
    .flatMap(({ versions }) => versions.slice(-1))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Every version that is left, the oldest first. */
export function scorerVersions(scorers: Scorers, experimentId: string, name: string): readonly ScorerVersion[] {
  return scorers.get(experimentId)?.get(name)?.versions ?? [];
}

export function scorerNotFound({
  id,
  name,
  version,
}: {
  readonly id: string;
  readonly name: string;
  readonly version: number | null;
}): Rejected {
  const which = version === null ? `'${name}'` : `'${name}' and version ${version}`;
  const message = `Scorer with name ${which} not found for experiment ${id}.`;
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message };
}
