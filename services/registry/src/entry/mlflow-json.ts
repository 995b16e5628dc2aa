import {
  aliasesOf,
  latestVersions,
  type ModelVersion,
  type RegisteredModel,
  type RegistryState,
} from '../flow/registry-state.ts';

/** MLflow's JSON of a registered model: unset fields are left out. */
export function modelJson(model: RegisteredModel): Record<string, unknown> {
  return {
    name: model.name,
    creation_timestamp: model.createdAtMs,
    last_updated_timestamp: model.updatedAtMs,
    ...(model.description !== null && { description: model.description }),
    ...(model.createdBy !== 'anonymous' && { user_id: model.createdBy }),
    latest_versions: latestVersions(model).map((version) => versionJson(model, version)),
    tags: tagsJson(model.tags),
    aliases: [...model.aliases].map(([alias, version]) => ({ alias, version: String(version) })),
  };
}

export function versionJson(model: RegisteredModel, version: ModelVersion): Record<string, unknown> {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.createdAtMs,
    last_updated_timestamp: version.updatedAtMs,
    ...(version.createdBy !== 'anonymous' && { user_id: version.createdBy }),
    current_stage: version.stage,
    ...(version.description !== null && { description: version.description }),
    source: version.source,
    ...(version.runId !== null && { run_id: version.runId }),
    ...(version.runLink !== null && { run_link: version.runLink }),
    ...(version.modelId !== null && { model_id: version.modelId }),
    status: 'READY',
    tags: tagsJson(version.tags),
    aliases: aliasesOf(model, version.version),
  };
}

/** The version with the aliases that it has in the state as it is now. */
export function versionJsonIn(state: RegistryState, version: ModelVersion): Record<string, unknown> {
  const model = state.models.get(version.name);
  return model === undefined ? {} : versionJson(model, version);
}

function tagsJson(tags: ReadonlyMap<string, string>): { key: string; value: string }[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}
