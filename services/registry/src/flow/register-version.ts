import { invalidParameter, MlflowError } from '@millrace/mlflow-protocol';
import type { Caller } from '@millrace/service-kit';
import type { GatherFacts } from './lineage/gather-facts.ts';
import type { ModelArtifacts, RegistryJournal, ResolvedSource } from './ports.ts';
import type { Tag } from './registry-commands.ts';
import type { ModelVersion, RegistryState } from './registry-state.ts';
import { saysPrompt } from './prompts.ts';
import { modelNotFound } from './rejections.ts';
import { submitCommand } from './registry-writes.ts';

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
}

/** Registers a version: looks up what its source holds, then appends; the journal gives the number. */
export class RegisterVersion {
  readonly #journal: RegistryJournal;
  readonly #artifacts: ModelArtifacts;
  readonly #facts: GatherFacts;

  constructor(journal: RegistryJournal, artifacts: ModelArtifacts, facts: GatherFacts) {
    this.#journal = journal;
    this.#artifacts = artifacts;
    this.#facts = facts;
  }

  async run(request: VersionRequest, caller: Caller): Promise<ModelVersion> {
    const state = await this.#journal.read();
    if (!state.models.has(request.name))
      throw new MlflowError('RESOURCE_DOES_NOT_EXIST', modelNotFound(request.name).message);
    const isPrompt = saysPrompt(request.tags);
    const resolved = isPrompt ? null : await this.#resolve(state, request);
    const copied = versionNamedBy(state, request.source);
    const runId = request.runId ?? resolved?.runId ?? null;
    const bound = copied?.facts ?? (await this.#facts.of({ files: resolved?.files ?? [], runId, tags: request.tags }));
    const copiedFrom = copied === null ? null : { model: copied.name, version: copied.version };
    const { result } = await submitCommand(
      this.#journal,
      {
        type: 'create-version',
        ...request,
        runId,
        modelId: request.modelId ?? resolved?.modelId ?? null,
        storageLocation: resolved?.artifactUri ?? request.source,
        artifact: resolved?.artifact ?? null,
        facts: isPrompt ? null : { ...bound, copiedFrom },
      },
      caller,
    );
    return result as ModelVersion;
  }

  async #resolve(state: RegistryState, request: VersionRequest): Promise<ResolvedSource | null> {
    const { source, runId, modelId } = request;
    const copied = versionNamedBy(state, source);
    if (copied !== null) return { ...copied, artifactUri: copied.storageLocation, files: [] };
    if (!/^(runs|models|mlflow-artifacts):/.test(source)) return null;
    // Half of a surrogate pair: nothing can be asked for by such a name.
    if (!source.isWellFormed()) throw invalidParameter('Invalid model version source: it is not well-formed Unicode.');
    const resolved = await this.#artifacts.resolve(source);
    if (resolved === null) {
      throw invalidParameter(`Unable to fetch model from model URI source artifact location '${source}'.`);
    }
    // A version must not claim a run or a model that did not make it.
    if (runId !== null && resolved.runId !== null && resolved.runId !== runId) {
      throw invalidParameter(`Invalid model version source: '${source}' is not within run '${runId}'.`);
    }
    if (modelId !== null && resolved.modelId !== null && resolved.modelId !== modelId) {
      throw invalidParameter(`Invalid model version source: '${source}' is not within model '${modelId}'.`);
    }
    return resolved;
  }
}

/** `models:/name/3` and `models:/name@champion` name a version of this registry; `models:/m-…` does not. */
function versionNamedBy(state: RegistryState, source: string): ModelVersion | null {
  const match = /^models:\/+([^/@]+)(?:\/(\d+)|@([\w-]+))$/.exec(source);
  if (match === null) return null;
  const [, name = '', number, alias] = match;
  const model = state.models.get(decodedName(name, source));
  const version = model?.versions.get(number === undefined ? (model.aliases.get(alias ?? '') ?? 0) : Number(number));
  if (version === undefined)
    throw invalidParameter(`Unable to fetch model from model URI source artifact location '${source}'.`);
  return version;
}

/** A name is written as a part of an address; a lone `%` is none. */
function decodedName(name: string, source: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalidParameter(`Invalid model version source: '${source}': '${name}' is not percent-encoded.`);
  }
}
