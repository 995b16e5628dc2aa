import { CodedError } from '@millrace/service-kit';
import { modelArtifactUri, runArtifactUri } from '../artifacts/artifact-roots.ts';
import { activeExperiment, runNameTag } from '../runs/create-run.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { ExperimentsJournal } from '../ports.ts';
import type { Subject } from '../runs/run-facts.ts';
import type { RunHead } from '../runs/run-head.ts';
import type { RunWrites } from '../runs/run-writes.ts';
import { differences } from './differences.ts';

export interface ImportedRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly userId: string;
  readonly status: string;
  readonly startTimeMs: number;
  readonly endTimeMs: number | null;
}

export interface ImportedLoggedModel {
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly status: string;
  readonly createdAtMs: number;
}

export interface Imported {
  readonly head: RunHead;
  /** False when it was there already. */
  readonly created: boolean;
}

interface Begun {
  readonly subject: Subject;
  readonly id: string;
  readonly experimentId: string;
  /** What must be the same where it is there already: never changed after the creation. */
  readonly identity: Readonly<Record<string, string>>;
  readonly changing: Readonly<Record<string, string>>;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/**
 * Begins runs and logged models of another server under the ids that they have there; all else is logged to them as to any
 * other. What is there already under such an id is left as it is, and is a conflict when it is something else.
 */
export class ImportRuns {
  readonly #experiments: ExperimentsJournal;
  readonly #live: LiveRuns;
  readonly #writes: RunWrites;

  constructor(experiments: ExperimentsJournal, live: LiveRuns, writes: RunWrites) {
    this.#experiments = experiments;
    this.#live = live;
    this.#writes = writes;
  }

  async run(run: ImportedRun, actor: string): Promise<Imported> {
    const { runId: id, experimentId, name, userId, status, startTimeMs, endTimeMs } = run;
    const { artifactLocation } = await activeExperiment(this.#experiments, experimentId);
    return this.#begin(
      {
        subject: 'run',
        id,
        experimentId,
        identity: { user_id: userId, start_time: String(startTimeMs) },
        changing: {
          name,
          status,
          ...(endTimeMs !== null && { end_time: String(endTimeMs) }),
          artifact_uri: runArtifactUri(artifactLocation, id),
        },
        tags: [{ key: runNameTag, value: name }],
      },
      actor,
    );
  }

  async loggedModel(model: ImportedLoggedModel, actor: string): Promise<Imported> {
    const { modelId: id, experimentId, name, modelType, sourceRunId, status, createdAtMs } = model;
    const { artifactLocation } = await activeExperiment(this.#experiments, experimentId);
    return this.#begin(
      {
        subject: 'logged-model',
        id,
        experimentId,
        identity: { created_time: String(createdAtMs), source_run_id: sourceRunId ?? '', model_type: modelType ?? '' },
        changing: { name, status, artifact_uri: modelArtifactUri(artifactLocation, id) },
        tags: [],
      },
      actor,
    );
  }

  async #begin({ identity, changing, tags, ...created }: Begun, actor: string): Promise<Imported> {
    const { subject, id, experimentId } = created;
    const held = await this.#live.getBeforeCreation(subject, id);
    const attributes = { ...changing, ...withoutEmpty(identity) };
    const write = { attributes, tags };
    // The id was given before by somebody else: only history knows, as of one that is made of a request.
    const head = held ?? (await this.#writes.create({ ...created, write }, { actor, requestId: `import ${id}` }));
    const found = differences(head, { ...identity, experimentId });
    if (found.length === 0) return { head, created: held === null };
    throw new CodedError(
      'TRACKING_IMPORT_CONFLICT',
      `${subject} ${id} is another one here: ${found.join('; ')}. It is left as it is; delete the import's or this one for good`,
    );
  }
}

function withoutEmpty(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));
}
