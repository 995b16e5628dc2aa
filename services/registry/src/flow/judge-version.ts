import { MlflowError } from '@millrace/mlflow-protocol';
import type { Caller } from '@millrace/service-kit';
import { lateArtifact } from './late-artifact.ts';
import type { ModelArtifacts, RegistryJournal } from './ports.ts';
import type { ApproveVersion, ReportCheck } from './registry-commands.ts';
import type { ModelVersion } from './registry-state.ts';
import { findVersion } from './rejections.ts';
import { firstResult, submitCommand } from './registry-writes.ts';

type Judgement = Omit<ApproveVersion, 'artifact'> | Omit<ReportCheck, 'artifact'>;

/** Takes an approval or the result of a check down, and fixes which files it is about. */
export class JudgeVersion {
  readonly #journal: RegistryJournal;
  readonly #artifacts: ModelArtifacts;

  constructor(journal: RegistryJournal, artifacts: ModelArtifacts) {
    this.#journal = journal;
    this.#artifacts = artifacts;
  }

  async run(judgement: Judgement, caller: Caller): Promise<ModelVersion> {
    const request = { ...caller, asked: judgement };
    const first = await firstResult(this.#journal, request);
    if (first !== null) return first.result as ModelVersion;
    const found = findVersion(await this.#journal.read(), judgement.name, judgement.version);
    if (!found.ok) throw new MlflowError('RESOURCE_DOES_NOT_EXIST', found.message);
    const artifact = await lateArtifact(this.#artifacts, found.version);
    const { result } = await submitCommand(this.#journal, { ...judgement, artifact }, request);
    return result as ModelVersion;
  }
}
