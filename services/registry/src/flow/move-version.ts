import type { CommandMeta } from '@millrace/events';
import {
  isServingStage,
  type ModelVersion,
  type RegisteredModel,
  type ServingStage,
  type Stage,
} from './registry-state.ts';

/** The model with the version as it is given: the one of the same number goes. */
export function withVersion(model: RegisteredModel, version: ModelVersion): RegisteredModel {
  return { ...model, versions: model.versions.with(version) };
}

export function withoutVersion(model: RegisteredModel, version: ModelVersion): RegisteredModel {
  return {
    ...model,
    versions: model.versions.without(version.version),
    aliases: new Map([...model.aliases].filter(([, target]) => target !== version.version)),
    serving: left(model, version),
  };
}

/** The model after the version came to a stage, if it was there before too: it is the last that came. */
export function moveVersion(
  model: RegisteredModel,
  { version, stage }: { readonly version: ModelVersion; readonly stage: Stage },
  meta: CommandMeta,
): RegisteredModel {
  const moved: ModelVersion = {
    ...version,
    stage,
    stageSince: meta.offset,
    archivedAtMs: stage === 'Archived' ? meta.atMs : version.archivedAtMs,
    updatedAtMs: meta.atMs,
  };
  const serving = left(model, version);
  return {
    ...withVersion(model, moved),
    serving: isServingStage(stage) ? { ...serving, [stage]: [...serving[stage], version.version] } : serving,
  };
}

function left(model: RegisteredModel, { stage, version }: ModelVersion): RegisteredModel['serving'] {
  return isServingStage(stage)
    ? { ...model.serving, [stage satisfies ServingStage]: model.serving[stage].filter((one) => one !== version) }
    : model.serving;
}
