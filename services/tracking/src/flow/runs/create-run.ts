import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import type { RunParam, RunTag } from '@millrace/schemas';
import { runArtifactUri } from '../artifacts/artifact-roots.ts';
import { experimentNotFound, type Experiment } from '../experiments/experiments.ts';
import type { ExperimentsJournal } from '../ports.ts';
import type { RunHead } from './run-head.ts';
import { runName } from './run-name.ts';
import { idOfRequest } from './id-of-request.ts';
import type { Author, RunWrites } from './run-writes.ts';

export const runNameTag = 'mlflow.runName';

export interface RunRequest {
  readonly experimentId: string;
  readonly userId: string;
  readonly name: string | undefined;
  readonly startTimeMs: number | undefined;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** What is known of the run when it begins. */
  readonly params?: readonly RunParam[];
  /** Drawn by the caller. One that may have been used is looked for first: a run that is created is taken for a new one. */
  readonly id?: string;
}

export interface CreateRunOptions {
  readonly now: () => number;
  readonly random: () => number;
  readonly newRunId: () => string;
}

/** Starts a run in an active experiment. */
export class CreateRun {
  readonly #experiments: ExperimentsJournal;
  readonly #writes: RunWrites;
  readonly #options: CreateRunOptions;

  constructor(experiments: ExperimentsJournal, writes: RunWrites, options: CreateRunOptions) {
    this.#experiments = experiments;
    this.#writes = writes;
    this.#options = options;
  }

  async run(request: RunRequest, author: Author): Promise<RunHead> {
    const experiment = await activeExperiment(this.#experiments, request.experimentId);
    const { now, random, newRunId } = this.#options;
    const drawn = author.requestId === undefined ? newRunId() : idOfRequest('run', author.requestId);
    const { id = drawn, params = [] } = request;
    const tagged = request.tags.find(({ key }) => key === runNameTag)?.value;
    if (request.name && tagged && request.name !== tagged) {
      throw invalidParameter(
        `Both 'run_name' argument and '${runNameTag}' tag are specified, but with different values (run_name='${request.name}', ${runNameTag}='${tagged}').`,
      );
    }
    const name = request.name || tagged || runName([random(), random(), random()]);
    const tags: RunTag[] = [...request.tags.filter(({ key }) => key !== runNameTag), { key: runNameTag, value: name }];
    const attributes = {
      name,
      user_id: request.userId,
      status: 'RUNNING',
      start_time: String(request.startTimeMs ?? now()),
      artifact_uri: runArtifactUri(experiment.artifactLocation, id),
    };
    return this.#writes.create(
      { subject: 'run', id, experimentId: experiment.id, write: { attributes, tags, params }, asked: request },
      author,
    );
  }
}

export async function activeExperiment(journal: ExperimentsJournal, id: string): Promise<Experiment> {
  // As this instance has it: a write asks the journal's end beside its append. What is not there or deleted may have come since.
  const held = journal.state.experiments.get(id);
  if (held?.lifecycleStage === 'active') return held;
  const experiment = (await journal.read()).experiments.get(id);
  if (experiment === undefined) throw doesNotExist(experimentNotFound(id).message);
  if (experiment.lifecycleStage !== 'active') {
    throw invalidParameter(`The experiment ${id} must be in the 'active' state. Current state is deleted.`);
  }
  return experiment;
}
