import type { RunParam, RunTag } from '@millrace/schemas';
import { modelArtifactUri } from '../artifacts/artifact-roots.ts';
import { activeExperiment } from './create-run.ts';
import type { ExperimentsJournal } from '../ports.ts';
import type { RunHead } from './run-head.ts';
import { runName } from './run-name.ts';
import { idOfRequest } from './id-of-request.ts';
import type { Author, RunWrites } from './run-writes.ts';

export interface LoggedModelRequest {
  readonly experimentId: string;
  readonly name: string | undefined;
  readonly modelType: string | undefined;
  readonly sourceRunId: string | undefined;
  readonly params: readonly RunParam[];
  readonly tags: readonly RunTag[];
}

export interface CreateLoggedModelOptions {
  readonly random: () => number;
  readonly newModelId: () => string;
}

/** Begins a logged model: MLflow 3 clients upload its files next and then say that it is ready. */
export class CreateLoggedModel {
  readonly #experiments: ExperimentsJournal;
  readonly #writes: RunWrites;
  readonly #options: CreateLoggedModelOptions;

  constructor(experiments: ExperimentsJournal, writes: RunWrites, options: CreateLoggedModelOptions) {
    this.#experiments = experiments;
    this.#writes = writes;
    this.#options = options;
  }

  async run(request: LoggedModelRequest, author: Author): Promise<RunHead> {
    const experiment = await activeExperiment(this.#experiments, request.experimentId);
    const { random, newModelId } = this.#options;
    const id = author.requestId === undefined ? newModelId() : `m-${idOfRequest('logged-model', author.requestId)}`;
    const attributes = {
      name: request.name || runName([random(), random(), random()]),
      status: 'LOGGED_MODEL_PENDING',
      artifact_uri: modelArtifactUri(experiment.artifactLocation, id),
      ...(request.modelType && { model_type: request.modelType }),
      ...(request.sourceRunId && { source_run_id: request.sourceRunId }),
    };
    const { params, tags } = request;
    const created = {
      subject: 'logged-model' as const,
      id,
      experimentId: experiment.id,
      write: { attributes, params, tags },
      asked: request,
    };
    return this.#writes.create(created, author);
  }
}
