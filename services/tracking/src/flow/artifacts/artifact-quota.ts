import type { PutLimits } from '@millrace/artifacts';
import { MlflowError } from '@millrace/mlflow-protocol';
import type { Experiment } from '../experiments/experiments.ts';
import type { ArtifactUsage, ExperimentsJournal } from '../ports.ts';
import type { LastWord } from '../runs/run-writes.ts';

/** Bytes that the files of an experiment may have together; it lowers the limit of the service, never lifts it. */
const quotaTag = 'millrace.artifactQuotaBytes';

export interface Addition {
  /** What is to come, as far as it is known. */
  readonly declaredBytes: number;
  /** Of the file that it takes the place of. */
  readonly replacedBytes: number;
}

/** The lower of the service's limit and the experiment's own; null when there is none. A tag that is no number says nothing. */
export function quotaOf(experiment: Experiment | undefined, serviceBytes: number | null): number | null {
  const tag = experiment?.tags.get(quotaTag) ?? '';
  const own = /^\d{1,15}$/.test(tag) ? Number(tag) : null;
  if (own === null || serviceBytes === null) return own ?? serviceBytes;
  return Math.min(own, serviceBytes);
}

export interface ArtifactQuotaOptions {
  /** Of the service, for each experiment; null for none. */
  readonly serviceBytes: number | null;
  /** Lets others go first, another time at each try. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** How often a file is named again that others have overtaken. */
const attempts = 5;

/**
 * Limits what the files of an experiment have together, by their names: the same content under two names counts twice. A file
 * is named and then all names are counted: of those that any instances name in one moment, whoever counts last sees all, so
 * the quota is never passed. Whoever finds it passed takes the name back, and tries again while there may be room.
 */
export class ArtifactQuota {
  readonly #experiments: ExperimentsJournal;
  readonly #usage: Pick<ArtifactUsage, 'bytesOf'>;
  readonly #options: ArtifactQuotaOptions;
  /** The last naming in each experiment that has a limit: they go one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(experiments: ExperimentsJournal, usage: Pick<ArtifactUsage, 'bytesOf'>, options: ArtifactQuotaOptions) {
    this.#experiments = experiments;
    this.#usage = usage;
    this.#options = options;
  }

  /** Throws RESOURCE_EXHAUSTED when what is declared is too much already. */
  async limits(experimentId: string, addition: Addition): Promise<PutLimits> {
    const quota = await this.#quota(experimentId);
    if (quota === null) return {};
    return { maxBytes: await this.#room(experimentId, quota, addition) };
  }

  /** Runs the step that makes the file count, unless there is no room for it any more. The step asks for the last word. */
  async within(experimentId: string, addition: Addition, step: (lastWord?: LastWord) => Promise<void>): Promise<void> {
    const quota = await this.#quota(experimentId);
    if (quota === null) return step();
    const before = this.#turns.get(experimentId) ?? Promise.resolve();
    const turn = (async () => {
      await before;
      await this.#named({ experimentId, quota, addition }, step);
    })();
    const settled = turn.then(nothing, nothing);
    this.#turns.set(experimentId, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(experimentId) === settled) this.#turns.delete(experimentId);
    }
  }

  async #named(
    { experimentId, quota, addition }: { experimentId: string; quota: number; addition: Addition },
    step: (lastWord: LastWord) => Promise<void>,
  ): Promise<void> {
    const overtaken = quotaExhausted(
      experimentId,
      `${quota} bytes are not enough for all that is being sent, ${addition.declaredBytes} more were`,
    );
    const lastWord = async (): Promise<Error | null> =>
      (await this.#usage.bytesOf(experimentId)) > quota ? overtaken : null;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#room(experimentId, quota, addition);
        return await step(lastWord);
      } catch (error) {
        // Once it was overtaken, what others have named may be taken back as well.
        const isFinal = attempt === attempts || (attempt === 1 && error !== overtaken) || !isExhausted(error);
        if (isFinal) throw error;
      }
      await this.#options.pause(attempt);
    }
  }

  async #quota(experimentId: string): Promise<number | null> {
    const { experiments } = await this.#experiments.read();
    return quotaOf(experiments.get(experimentId), this.#options.serviceBytes);
  }

  async #room(experimentId: string, quota: number, { declaredBytes, replacedBytes }: Addition): Promise<number> {
    const used = await this.#usage.bytesOf(experimentId);
    const room = Math.max(0, quota - used + replacedBytes);
    if (declaredBytes <= room) return room;
    throw quotaExhausted(experimentId, `${used} of its ${quota} bytes are used, ${declaredBytes} more were sent`);
  }
}

function quotaExhausted(experimentId: string, how: string): MlflowError {
  return new MlflowError(
    'RESOURCE_EXHAUSTED',
    `The artifact quota of experiment ${experimentId} is exhausted: ${how}. Delete artifacts, or ask for a higher quota.`,
  );
}

function isExhausted(error: unknown): boolean {
  return error instanceof MlflowError && error.code === 'RESOURCE_EXHAUSTED';
}

function nothing(): void {}
