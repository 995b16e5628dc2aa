import type { PutLimits } from '@millrace/artifacts';
import { MlflowError } from '@millrace/mlflow-protocol';
import type { Experiment } from '../experiments/experiments.ts';
import type { ArtifactUsage, ExperimentsJournal } from '../ports.ts';

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

/**
 * Limits what the files of an experiment have together, by their names: the same content under two names counts twice. Files
 * that several instances name in one moment are counted by each without the others'.
 */
export class ArtifactQuota {
  readonly #experiments: ExperimentsJournal;
  readonly #usage: Pick<ArtifactUsage, 'bytesOf'>;
  readonly #serviceBytes: number | null;
  /** The last naming in each experiment that has a limit: they go one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(experiments: ExperimentsJournal, usage: Pick<ArtifactUsage, 'bytesOf'>, serviceBytes: number | null) {
    this.#experiments = experiments;
    this.#usage = usage;
    this.#serviceBytes = serviceBytes;
  }

  /** Throws RESOURCE_EXHAUSTED when what is declared is too much already. */
  async limits(experimentId: string, addition: Addition): Promise<PutLimits> {
    const quota = await this.#quota(experimentId);
    if (quota === null) return {};
    return { maxBytes: await this.#room(experimentId, quota, addition) };
  }

  /** Runs the step that makes the file count, unless there is no room for it any more. */
  async within(experimentId: string, addition: Addition, step: () => Promise<void>): Promise<void> {
    const quota = await this.#quota(experimentId);
    if (quota === null) return step();
    const before = this.#turns.get(experimentId) ?? Promise.resolve();
    const turn = (async () => {
      await before;
      await this.#room(experimentId, quota, addition);
      await step();
    })();
    const settled = turn.then(nothing, nothing);
    this.#turns.set(experimentId, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(experimentId) === settled) this.#turns.delete(experimentId);
    }
  }

  async #quota(experimentId: string): Promise<number | null> {
    const { experiments } = await this.#experiments.read();
    return quotaOf(experiments.get(experimentId), this.#serviceBytes);
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

function nothing(): void {}
