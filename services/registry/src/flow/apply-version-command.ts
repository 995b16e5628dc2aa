import type { Applied, CommandMeta } from '@millrace/events';
import type { CreateVersion, VersionCommand } from './registry-commands.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';
import { findVersion, modelNotFound } from './rejections.ts';

export function applyVersionCommand(state: RegistryState, command: VersionCommand, meta: CommandMeta): Applied {
  if (command.type === 'create-version') return createVersion(state, command, meta);
  const found = findVersion(state, command.name, command.version);
  if (!found.ok) return found;
  const { model, version } = found;
  switch (command.type) {
    case 'describe-version':
      return replaceVersion(state, model, { ...version, description: command.description, updatedAtMs: meta.atMs });
    case 'delete-version': {
      const versions = new Map(model.versions);
      versions.delete(command.version);
      const aliases = new Map([...model.aliases].filter(([, target]) => target !== command.version));
      state.models.set(model.name, { ...model, versions, aliases, updatedAtMs: meta.atMs });
      return { ok: true, result: version };
    }
    default: {
      const tags = new Map(version.tags);
      if (command.value === null) tags.delete(command.key);
      else tags.set(command.key, command.value);
      return replaceVersion(state, model, { ...version, tags, updatedAtMs: meta.atMs });
    }
  }
}

/** The number is given here, by the order of the journal: two that ask at once get two numbers. */
function createVersion(state: RegistryState, command: CreateVersion, meta: CommandMeta): Applied {
  const model = state.models.get(command.name);
  if (model === undefined) return modelNotFound(command.name);
  const number = (state.lastVersion.get(command.name) ?? 0) + 1;
  state.lastVersion.set(command.name, number);
  const { name, source, storageLocation, runId, runLink, modelId, description, artifact } = command;
  return replaceVersion(
    state,
    { ...model, updatedAtMs: meta.atMs },
    {
      name,
      source,
      storageLocation,
      runId,
      runLink,
      modelId,
      description,
      artifact,
      version: number,
      createdBy: meta.actor,
      createdAtMs: meta.atMs,
      updatedAtMs: meta.atMs,
      stage: 'None',
      stageSince: meta.offset,
      tags: new Map(command.tags.map(({ key, value }) => [key, value])),
    },
  );
}

export function replaceVersion(state: RegistryState, model: RegisteredModel, version: ModelVersion): Applied {
  const versions = new Map(model.versions).set(version.version, version);
  state.models.set(model.name, { ...model, versions });
  return { ok: true, result: version };
}
