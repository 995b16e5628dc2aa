import { MlflowError } from '@millrace/mlflow-protocol';
import type { Caller } from '@millrace/service-kit';
import type { ModelArtifacts, RegistryJournal } from './ports.ts';
import type { PromotionCommand } from './registry-commands.ts';
import type { ModelVersion, PinnedArtifact } from './registry-state.ts';
import { findVersion } from './rejections.ts';
import { submitCommand } from './registry-writes.ts';

type Promotion = Exclude<PromotionCommand, { type: 'delete-alias' }>;
type Wanted = Promotion extends infer P ? (P extends Promotion ? Omit<P, 'artifact'> : never) : never;

/** Puts a version in charge of an alias or a stage: every path that can promote comes through here. */
export class PromoteVersion {
  readonly #journal: RegistryJournal;
  readonly #artifacts: ModelArtifacts;

  constructor(journal: RegistryJournal, artifacts: ModelArtifacts) {
    this.#journal = journal;
    this.#artifacts = artifacts;
  }

  async run(wanted: Wanted, caller: Caller): Promise<ModelVersion> {
    const found = findVersion(await this.#journal.read(), wanted.name, wanted.version);
    if (!found.ok) throw new MlflowError('RESOURCE_DOES_NOT_EXIST', found.message);
    const artifact = found.version.artifact === null ? await this.#lateArtifact(found.version) : null;
    const { result } = await submitCommand(this.#journal, { ...wanted, artifact }, caller);
    return result as ModelVersion;
  }

  /** Files that were uploaded after the version was registered. */
  async #lateArtifact(version: ModelVersion): Promise<PinnedArtifact | null> {
    if (!version.storageLocation.startsWith('mlflow-artifacts:')) return null;
    return (await this.#artifacts.resolve(version.storageLocation))?.artifact ?? null;
  }
}
