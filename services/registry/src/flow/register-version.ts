import { invalidParameter, MlflowError } from '@millrace/mlflow-protocol';
import type { Caller } from '@millrace/service-kit';
import type { GatherFacts } from './lineage/gather-facts.ts';
import type { LoggedModels, ModelArtifacts, RegistryJournal, ResolvedSource, VersionMetrics } from './ports.ts';
import type { ImportedVersion, Tag } from './registry-commands.ts';
import type { ModelVersion, RegistryState } from './registry-state.ts';
import { saysPrompt } from './prompts.ts';
import { modelNotFound } from './rejections.ts';
import { firstResult, submitCommand } from './registry-writes.ts';
import type { MetricValues } from './rules/promotion-rules.ts';
import { boundMetrics } from './semver/compare-metrics.ts';
import { versionsOfLoggedModel } from './versions-of-logged-model.ts';
import {
  checkLocalSource,
  checkPromptSource,
  checkSource,
  invalidSource,
  notWithin,
  versionNamedBy,
} from './version-source.ts';

export interface VersionRequest {
  readonly name: string;
  readonly source: string;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly modelId: string | null;
  readonly description: string | null;
  readonly tags: readonly Tag[];
  /** Checked against what the signature asks for. */
  readonly semanticVersion?: string | null;
  /** Of a version that comes from another registry. */
  readonly imported?: ImportedVersion;
}

interface RegisterVersionPorts {
  readonly journal: RegistryJournal;
  readonly artifacts: ModelArtifacts;
  readonly facts: GatherFacts;
  readonly metrics: VersionMetrics;
  readonly loggedModels: LoggedModels;
}

/** A source that names a version is written down with the number that it stands for now. */
interface Resolved extends Omit<ResolvedSource, 'artifactUri'> {
  readonly source: string;
  readonly storageLocation: string;
  /** The version that the source names. */
  readonly copied: ModelVersion | null;
}

/** Registers a version: looks up what its source holds, then appends; the journal gives the number. */
export class RegisterVersion {
  readonly #ports: RegisterVersionPorts;

  constructor(ports: RegisterVersionPorts) {
    this.#ports = ports;
  }

  async run(request: VersionRequest, caller: Caller): Promise<ModelVersion> {
    const { journal } = this.#ports;
    const asked = { ...caller, asked: { type: 'create-version', ...request } };
    const first = await firstResult(journal, asked);
    if (first !== null) return this.#registered(first.result as ModelVersion, saysPrompt(request.tags));
    const state = await journal.read();
    if (!state.models.has(request.name))
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', modelNotFound(request.name).message);
    const isOfPrompt = saysPrompt(request.tags);
    if (isOfPrompt) checkPromptSource(request.source);
    const { source, storageLocation, artifact, files, copied, ...found } = isOfPrompt
      ? unresolved(request.source)
      : await this.#resolve(state, request);
    const runId = request.runId ?? found.runId;
    const modelId = request.modelId ?? found.modelId;
    const bound = copied?.facts ?? {
      ...(await this.#ports.facts.of({ files, runId, tags: request.tags })),
      metrics: isOfPrompt ? {} : await this.#metricsOf(state, { name: request.name, runId, modelId }),
    };
    const copiedFrom = copied === null ? null : { model: copied.name, version: copied.version };
    const facts = isOfPrompt ? null : { ...bound, copiedFrom };
    const { result } = await submitCommand(
      journal,
      { type: 'create-version', ...request, source, storageLocation, artifact, runId, modelId, facts },
      asked,
    );
    return this.#registered(result as ModelVersion, isOfPrompt);
  }

  /** Also of a version that is there already: the first request may have died before this. */
  async #registered(version: ModelVersion, isOfPrompt: boolean): Promise<ModelVersion> {
    if (version.modelId !== null && !isOfPrompt) await this.#listVersions(version.modelId);
    return version;
  }

  async #metricsOf(
    state: RegistryState,
    { name, ...measured }: Pick<ModelVersion, 'name' | 'runId' | 'modelId'>,
  ): Promise<MetricValues> {
    return boundMetrics(await this.#ports.metrics.of(measured), state.rules.get(name)?.metrics ?? []);
  }

  async #resolve(state: RegistryState, request: VersionRequest): Promise<Resolved> {
    const { source, runId, modelId } = request;
    switch (checkSource(source)) {
      case 'version':
        return copyOf(versionNamedBy(state, source), request);
      case 'local': {
        const owner = modelId === null ? runId && `runs:/${runId}` : `models:/${modelId}`;
        const artifactUri = owner ? (await this.#ports.artifacts.resolve(owner))?.artifactUri : undefined;
        checkLocalSource(source, { artifactUri, idName: modelId === null ? 'run_id' : 'model_id' });
        return unresolved(source);
      }
      case 'elsewhere':
        return unresolved(source);
      case 'tracked': {
        const found = await this.#tracked(request);
        // Where it comes from its run may be gone for good, and the version was kept.
        if (found === null) return unresolved(source);
        const { artifactUri, ...resolved } = found;
        return { ...resolved, source, storageLocation: artifactUri, copied: null };
      }
    }
  }

  /** A source names its run or model by itself; one that is named besides must be the same. */
  async #tracked({ source, runId, modelId, imported }: VersionRequest): Promise<ResolvedSource | null> {
    const resolved = await this.#ports.artifacts.resolve(source);
    if (resolved === null && imported !== undefined) return null;
    if (resolved === null) {
      if (!source.startsWith('models:')) throw notWithin(source, modelId === null ? 'run_id' : 'model_id');
      throw invalidParameter(`Unable to fetch model from model URI source artifact location '${source}'.`);
    }
    if (modelId !== null && resolved.modelId !== modelId) throw notWithin(source, 'model_id');
    // A logged model that no run has made may be said to be of a run by who names both.
    const isOfRun = resolved.runId === null ? modelId !== null : resolved.runId === runId;
    if (runId !== null && !isOfRun) throw notWithin(source, 'run_id');
    return resolved;
  }

  /**
   * Tells the logged model which versions it has become: MLflow's pages read that of its tag. Written from the state and
   * again when that has changed meanwhile, so that of two that register at once the last to write knows both.
   */
  async #listVersions(modelId: string): Promise<void> {
    let written: string | undefined;
    for (;;) {
      const versions = JSON.stringify(versionsOfLoggedModel(await this.#ports.journal.read(), modelId));
      if (versions === written) return;
      await this.#ports.loggedModels.setVersions(modelId, versions);
      written = versions;
    }
  }
}

function unresolved(source: string): Resolved {
  return {
    source,
    storageLocation: source,
    runId: null,
    modelId: null,
    artifact: null,
    files: [],
    copied: null,
  };
}

function copyOf(version: ModelVersion, { source, runId, modelId }: VersionRequest): Resolved {
  if ((runId !== null && runId !== version.runId) || (modelId !== null && modelId !== version.modelId)) {
    throw invalidSource(source, 'The run_id and model_id request parameters must match the referenced model version.');
  }
  const { name, version: number, storageLocation, artifact } = version;
  return {
    source: `models:/${name}/${number}`,
    storageLocation,
    artifact,
    runId: version.runId,
    modelId: version.modelId,
    files: [],
    copied: version,
  };
}
