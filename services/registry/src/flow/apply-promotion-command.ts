import type { Applied, CommandMeta } from '@millrace/events';
import type { PromotionCommand, SetAlias, TransitionStage } from './registry-commands.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';
import { replaceVersion } from './apply-version-command.ts';
import { findVersion, modelNotFound } from './rejections.ts';

/** What puts a version in charge, or takes it away: an alias, or a stage. */
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
  const aliases = new Map(model.aliases).set(command.alias, version.version);
  return replaceVersion(state, { ...model, aliases, updatedAtMs: meta.atMs }, version);
}

function transitionStage(state: RegistryState, { model, version, command, meta }: Promotion<TransitionStage>): Applied {
  const versions = new Map(model.versions);
  if (command.archiveExisting) {
    for (const other of model.versions.values()) {
      if (other.stage !== command.stage || other.version === version.version) continue;
      versions.set(other.version, { ...other, stage: 'Archived', stageSince: meta.offset, updatedAtMs: meta.atMs });
    }
  }
  const moved: ModelVersion = { ...version, stage: command.stage, stageSince: meta.offset, updatedAtMs: meta.atMs };
  return replaceVersion(state, { ...model, versions, updatedAtMs: meta.atMs }, moved);
}
