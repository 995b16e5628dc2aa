import type { Rejected } from '@millrace/events';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';

/** Rejections carry MLflow's codes and words: they are what its clients look at. */
export function modelNotFound(name: string): Rejected {
  return { ok: false, code: 'RESOURCE_DOES_NOT_EXIST', message: `Registered Model with name=${name} not found` };
}

export function modelExists(name: string): Rejected {
  return { ok: false, code: 'RESOURCE_ALREADY_EXISTS', message: `Registered Model (name=${name}) already exists.` };
}

function versionNotFound(name: string, version: number | string): Rejected {
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
