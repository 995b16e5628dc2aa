import type { Rejected } from '@millrace/events';
import { isPrompt } from './prompts.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';

/** Rejections carry MLflow's codes and words: they are what its clients look at. */
export function modelNotFound(name: string): Rejected {
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message: `Registered Model with name=${name} not found` };
}

/** A prompt is a registered model too, and MLflow says which of both has the name. */
export function modelExists(existing: RegisteredModel, wanted: { readonly isPrompt: boolean }): Rejected {
  const kind = (isOne: boolean) => (isOne ? 'Prompt' : 'Registered Model');
  const [old, made] = [kind(isPrompt(existing.tags)), kind(wanted.isPrompt)];
  const { name } = existing;
  const message =
    old === made
      ? `${made} (name=${name}) already exists.`
      : `Tried to create a ${made.toLowerCase()} with name '${name}', but the name is already taken by a ${old.toLowerCase()}. MLflow does not allow creating a model and a prompt with the same name.`;
  return { ok: false, code: 'RESOURCE_ALREADY_EXISTS', message };
}

export function versionNotFound(name: string, version: number | string): Rejected {
  return {
    ok: false,
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: `Model Version (name=${name}, version=${version}) not found`,
  };
}

export function aliasNotFound(alias: string): Rejected {
  return { ok: false, code: 'INVALID_PARAMETER_VALUE', message: `Registered model alias ${alias} not found.` };
}

type Found = { readonly ok: true; readonly model: RegisteredModel; readonly version: ModelVersion };

export function findVersion(state: RegistryState, name: string, version: number): Found | Rejected {
  const model = state.models.get(name);
  if (model === undefined) return versionNotFound(name, version);
  const found = model.versions.get(version);
  return found === undefined ? versionNotFound(name, version) : { ok: true, model, version: found };
}
