import { MlflowError } from '@millrace/mlflow-protocol';
import type { CreateRun } from '../runs/create-run.ts';
import { idOfRequest } from '../runs/id-of-request.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { Author, RunWrites } from '../runs/run-writes.ts';
import type { TrialRuns } from './ports.ts';
import type { Sweep, Trial } from './sweep.ts';

type Identity = Pick<Sweep, 'id' | 'createdAtMs'>;

// The time as well: runs may be brought from another platform, whose sweeps have the same numbers.
const requestOfSweep = ({ id, createdAtMs }: Identity): string => `sweep ${id} of ${createdAtMs}`;

/** The run under which MLflow's pages show the trials of a sweep. */
export function runIdOfSweep(sweep: Identity): string {
  return idOfRequest('run', requestOfSweep(sweep));
}

const endStatuses = {
  complete: 'FINISHED',
  stopped: 'KILLED',
  failed: 'FAILED',
  running: 'RUNNING',
  paused: 'SCHEDULED',
};

/** The runs of trials: each attempt has one of its own, whose id the journal says, so that any instance can make what another did not. */
export class MlflowTrialRuns implements TrialRuns {
  readonly #parts: {
    readonly create: CreateRun;
    readonly live: LiveRuns;
    readonly writes: RunWrites;
    readonly now: () => number;
  };

  constructor(parts: {
    readonly create: CreateRun;
    readonly live: LiveRuns;
    readonly writes: RunWrites;
    readonly now: () => number;
  }) {
    this.#parts = parts;
  }

  async begin(sweep: Sweep, trial: Trial, author: Author): Promise<void> {
    if (trial.number === 0) await this.#beginSweep(sweep, author);
    try {
      await this.#create(sweep, trial, author);
    } catch (error) {
      // Made by an instance to which the worker sent its request again: the same run.
      if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error;
    }
  }

  async ensure(sweep: Sweep, trial: Trial, author: Author): Promise<void> {
    if ((await this.#parts.live.get('run', trial.runId)) === null) await this.begin(sweep, trial, author);
  }

  async #beginSweep(sweep: Sweep, { actor }: Author): Promise<void> {
    const { experimentId, name, id, createdAtMs } = sweep;
    const tags = [{ key: 'millrace.sweep', value: id }];
    const request = { experimentId, name, userId: actor, startTimeMs: createdAtMs, tags };
    await this.#parts.create.run(request, { actor, requestId: requestOfSweep(sweep) });
  }

  async #create(sweep: Sweep, trial: Trial, { actor }: Author): Promise<void> {
    const { number, attempt, runId } = trial;
    const tags = [
      { key: 'mlflow.parentRunId', value: runIdOfSweep(sweep) },
      { key: 'millrace.sweep', value: sweep.id },
      { key: 'millrace.trial', value: String(number) },
      { key: 'millrace.trial.attempt', value: String(attempt) },
      { key: 'millrace.trial.status', value: 'running' },
    ];
    const name = `${sweep.name}-${number}${attempt > 1 ? `-again-${attempt}` : ''}`;
    const params = Object.entries(trial.params).map(([key, value]) => ({ key, value: String(value) }));
    const { experimentId } = sweep;
    const request = { id: runId, experimentId, name, userId: actor, startTimeMs: undefined, tags, params };
    await this.#parts.create.run(request, { actor });
  }

  async close(trial: Trial, { actor }: Author): Promise<void> {
    const status = endStatuses[trial.status];
    const attributes = { status, ...(trial.endedAtMs !== null && { end_time: String(this.#parts.now()) }) };
    const tags = [
      { key: 'millrace.trial.status', value: trial.status },
      ...(trial.reason === null ? [] : [{ key: 'millrace.trial.reason', value: trial.reason }]),
    ];
    await this.#parts.writes.write('run', trial.runId, { attributes, tags }, { type: 'updated', actor });
  }
}
