import type { Accepted, Applied, CommandMeta } from '@millrace/events';
import { modelPromoted } from '../publish/model-promoted.ts';
import type { PromotionCommand, SetAlias, TransitionStage } from './registry-commands.ts';
import {
  inCharge,
  servingStages,
  type ModelVersion,
  type RegisteredModel,
  type RegistryState,
  type Stage,
} from './registry-state.ts';
import { replaceVersion } from './apply-version-command.ts';
import { findVersion, modelNotFound } from './rejections.ts';

/** Every way to put a version in charge: an alias, or a stage that serves. Each change of charge is an event. */
export function applyPromotionCommand(state: RegistryState, command: PromotionCommand, meta: CommandMeta): Applied {
  if (command.type === 'delete-alias') {
    const model = state.models.get(command.name);
    if (model === undefined) return modelNotFound(command.name);
    const aliases = new Map(model.aliases);
    aliases.delete(command.alias);
    state.models.set(model.name, { ...model, aliases, updatedAtMs: meta.atMs });
    return { ok: true, result: null };
  }
  const found = findVersion(state, command.name, command.version);
  if (!found.ok) return found;
  const version = { ...found.version, artifact: found.version.artifact ?? command.artifact };
  return command.type === 'set-alias'
    ? setAlias(state, { model: found.model, version, command, meta })
    : transitionStage(state, { model: found.model, version, command, meta });
}

interface Promotion<C> {
  readonly model: RegisteredModel;
  readonly version: ModelVersion;
  readonly command: C;
  readonly meta: CommandMeta;
}

function setAlias(state: RegistryState, { model, version, command, meta }: Promotion<SetAlias>): Applied {
  const previous = model.aliases.get(command.alias);
  const aliases = new Map(model.aliases).set(command.alias, version.version);
  replaceVersion(state, { ...model, aliases, updatedAtMs: meta.atMs }, version);
  return promoted({ version, previous, target: `alias:${command.alias}`, meta });
}

function transitionStage(state: RegistryState, { model, version, command, meta }: Promotion<TransitionStage>): Applied {
  const previous = inCharge(model, command.stage)?.version;
  const versions = new Map(model.versions);
  if (command.archiveExisting) {
    for (const other of model.versions.values()) {
      if (other.stage !== command.stage || other.version === version.version) continue;
      versions.set(other.version, { ...other, stage: 'Archived', stageSince: meta.offset, updatedAtMs: meta.atMs });
    }
  }
  const moved: ModelVersion = { ...version, stage: command.stage, stageSince: meta.offset, updatedAtMs: meta.atMs };
  replaceVersion(state, { ...model, versions, updatedAtMs: meta.atMs }, moved);
  if (!isServing(command.stage)) return { ok: true, result: moved };
  return promoted({ version: moved, previous, target: `stage:${command.stage}`, meta });
}

function isServing(stage: Stage): boolean {
  return (servingStages as readonly Stage[]).includes(stage);
}

function promoted(promotion: {
  version: ModelVersion;
  previous: number | undefined;
  target: string;
  meta: CommandMeta;
}): Accepted {
  const { version, previous } = promotion;
  // The same version once more changes nothing for anybody.
  if (previous === version.version) return { ok: true, result: version };
  return { ok: true, result: version, events: [modelPromoted(promotion)] };
}
