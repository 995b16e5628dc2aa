import type { Applied, CommandMeta } from '@millrace/events';
import type { CreateModel, ModelCommand, RenameModel } from './registry-commands.ts';
import { isPrompt, saysPrompt } from './prompts.ts';
import { undeletable } from './protect-versions.ts';
import { emptyModel, type RegisteredModel, type RegistryState } from './registry-state.ts';
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
    case 'delete-model': {
      const protection = undeletable(
        [...model.versions.values()],
        { retentionMs: command.retentionMs, hasRules: state.rules.has(command.name) },
        meta,
      );
      if (protection !== null) return protection;
      state.models.delete(command.name);
      return { ok: true, result: model };
    }
    default: {
      const tags = new Map(model.tags);
      if (command.value === null) tags.delete(command.key);
      else tags.set(command.key, command.value);
      return replace(state, { ...model, tags, updatedAtMs: meta.atMs });
    }
  }
}

function createModel(state: RegistryState, command: CreateModel, meta: CommandMeta): Applied {
  const existing = state.models.get(command.name);
  if (existing !== undefined) return modelExists(existing, { isPrompt: saysPrompt(command.tags) });
  const model = emptyModel({
    name: command.name,
    createdBy: meta.actor,
    createdAtMs: command.imported?.createdAtMs ?? meta.atMs,
    description: command.description,
    tags: new Map(command.tags.map(({ key, value }) => [key, value])),
  });
  return replace(state, { ...model, updatedAtMs: command.imported?.updatedAtMs ?? model.updatedAtMs });
}

function renameModel(state: RegistryState, model: RegisteredModel, command: RenameModel, meta: CommandMeta): Applied {
  const { name, newName } = command;
  const existing = state.models.get(newName);
  if (newName !== name && existing !== undefined) return modelExists(existing, { isPrompt: isPrompt(existing.tags) });
  let versions = model.versions;
  for (const version of model.versions.values()) {
    versions = versions.with({ ...version, name: newName, updatedAtMs: meta.atMs });
  }
  state.models.delete(name);
  // The rules stay with the old name and come along to a new one that has none of its own.
  const rules = state.rules.get(name);
  if (rules !== undefined && !state.rules.has(newName)) state.rules.set(newName, rules);
  // Both names go on counting: neither may ever give a number twice.
  const last = Math.max(state.lastVersion.get(name) ?? 0, state.lastVersion.get(newName) ?? 0);
  state.lastVersion.set(newName, last);
  return replace(state, { ...model, name: newName, versions, updatedAtMs: meta.atMs });
}

function replace(state: RegistryState, model: RegisteredModel): Applied {
  state.models.set(model.name, model);
  return { ok: true, result: model };
}
