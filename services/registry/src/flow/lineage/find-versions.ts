import type { ModelVersion, RegistryState } from '../registry-state.ts';

/** What versions can be found by: everything that is given must fit. */
export interface Origin {
  readonly runId?: string | undefined;
  readonly modelId?: string | undefined;
  readonly commit?: string | undefined;
  /** Digest of a dataset, or the hash of a DVC or Git LFS pointer, with or without the name of its function. */
  readonly dataHash?: string | undefined;
  readonly artifactHash?: string | undefined;
}

/** The versions that came of a run, a commit or data: lineage from its beginning on. */
export function findVersions(state: RegistryState, origin: Origin): ModelVersion[] {
  return versionsWhere(state, (version) => comesOf(version, origin));
}

/** Versions that were made of this one: copied, or by a run that took its logged model as an input. */
export function childrenOf(state: RegistryState, { name, version, modelId }: ModelVersion): ModelVersion[] {
  return versionsWhere(state, ({ facts }) => {
    const { copiedFrom = null, parentModelIds = [] } = facts ?? {};
    const isCopy = copiedFrom?.model === name && copiedFrom.version === version;
    return isCopy || (modelId !== null && parentModelIds.includes(modelId));
  });
}

export function parentsOf(state: RegistryState, { facts }: ModelVersion): ModelVersion[] {
  if (facts === null) return [];
  const { copiedFrom, parentModelIds } = facts;
  return versionsWhere(state, ({ name, version, modelId }) => {
    const isOriginal = copiedFrom?.model === name && copiedFrom.version === version;
    return isOriginal || (modelId !== null && parentModelIds.includes(modelId));
  });
}

/** Every hash that says which data a version was made of. */
export function dataHashesOf({ facts }: ModelVersion): string[] {
  const { datasets = [], dataPointers = [] } = facts ?? {};
  return [...new Set([...datasets.map(({ digest }) => digest), ...dataPointers.map(({ hash }) => hash)])];
}

function versionsWhere(state: RegistryState, fits: (version: ModelVersion) => boolean): ModelVersion[] {
  return [...state.models.values()].flatMap(({ versions }) => [...versions.values()].filter(fits));
}

function comesOf(version: ModelVersion, { runId, modelId, commit, dataHash, artifactHash }: Origin): boolean {
  if (runId !== undefined && version.runId !== runId) return false;
  if (modelId !== undefined && version.modelId !== modelId) return false;
  if (commit !== undefined && version.facts?.code?.commit !== commit) return false;
  if (artifactHash !== undefined && version.artifact?.hash !== artifactHash) return false;
  if (dataHash === undefined) return true;
  return dataHashesOf(version).some((hash) => hash === dataHash || hash.slice(hash.indexOf(':') + 1) === dataHash);
}
