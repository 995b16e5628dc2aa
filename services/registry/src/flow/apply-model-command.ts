import type { Applied, CommandMeta } from '@millrace/events';
import type { CreateModel, ModelCommand, RenameModel } from './registry-commands.ts';
import type { RegisteredModel, RegistryState } from './registry-state.ts';
import { modelExists, modelNotFound } from './rejections.ts';

export function applyModelCommand(state: RegistryState, command: ModelCommand, meta: CommandMeta): Applied {
  if (command.type === 'create-model') return createModel(state, command, meta);
  const model = state.models.get(command.name);
  if (model === undefined) return modelNotFound(command.name);
  switch (command.type) {
    case 'describe-model':
      return replace(state, { ...model, description: command.description, updatedAtMs: meta.atMs });
    case 'rename-model':
      return renameModel(state, model, command, meta);
    case 'delete-model':
      state.models.delete(command.name);
      return { ok: true, result: model };
    default: {
      const tags = new Map(model.tags);
      if (command.value === null) tags.delete(command.key);
      else tags.set(command.key, command.value);
      return replace(state, { ...model, tags, updatedAtMs: meta.atMs });
    }
  }
}

function createModel(state: RegistryState, command: CreateModel, meta: CommandMeta): Applied {
  if (state.models.has(command.name)) return modelExists(command.name);
  return replace(state, {
    name: command.name,
    createdBy: meta.actor,
    createdAtMs: meta.atMs,
    updatedAtMs: meta.atMs,
    description: command.description,
    tags: new Map(command.tags.map(({ key, value }) => [key, value])),
    aliases: new Map(),
    versions: new Map(),
  });
}

function renameModel(state: RegistryState, model: RegisteredModel, command: RenameModel, meta: CommandMeta): Applied {
  const { name, newName } = command;
  if (newName !== name && state.models.has(newName)) return modelExists(newName);
  const versions = new Map(
    [...model.versions].map(([number, version]) => [number, { ...version, name: newName, updatedAtMs: meta.atMs }]),
  );
  state.models.delete(name);
  // Both names go on counting: neither may ever give a number twice.
  const last = Math.max(state.lastVersion.get(name) ?? 0, state.lastVersion.get(newName) ?? 0);
  state.lastVersion.set(newName, last);
  return replace(state, { ...model, name: newName, versions, updatedAtMs: meta.atMs });
}

function replace(state: RegistryState, model: RegisteredModel): Applied {
  state.models.set(model.name, model);
  return { ok: true, result: model };
}
