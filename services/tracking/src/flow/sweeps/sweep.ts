import type { Goal, Halving, Method, Params, SearchSpace } from '@millrace/sweeps';

/** What a sweep looks for, and how much it may try: set at its creation for good. */
export interface SweepDefinition {
  readonly name: string;
  readonly experimentId: string;
  readonly method: Method;
  readonly space: SearchSpace;
  readonly metric: string;
  readonly goal: Goal;
  readonly seed: number;
  /** Trials that may be started. */
  readonly maxTrials: number;
  /** Steps that all trials may take together; null when only trials are counted. */
  readonly maxTotalSteps: number | null;
  readonly earlyStop: Halving | null;
  readonly maxParallel: number;
  /** How long a worker may be silent before its trial is given to another. */
  readonly leaseMs: number;
  /** How often a trial is begun again after its worker fell silent, the first time counted. */
  readonly maxAttempts: number;
}

type SweepStatus = 'running' | 'paused' | 'cancelled' | 'finished';

/**
 * `paused`: set aside at a rung until it may go on; `stopped`: ended before its last step, by the early stop, the budget or the end of the
 * sweep.
 */
type TrialStatus = 'running' | 'paused' | 'complete' | 'stopped' | 'failed';

export interface Trial {
  readonly number: number;
  readonly params: Params;
  /** The MLflow run of this attempt. */
  runId: string;
  status: TrialStatus;
  /** Why it is no longer running, in words. */
  reason: string | null;
  /** How often it was begun. */
  attempt: number;
  /** What the worker that has it must show; changes with every hand-over. */
  lease: string;
  leaseUntilMs: number;
  worker: string;
  /** The last value that counted, and the steps it took. */
  value: number | null;
  step: number;
  /** What it had reached at each rung it came to; null is no number. */
  readonly rungs: (number | null)[];
  /** It is set aside at rungs from this one on. */
  level: number;
  readonly startedAtMs: number;
  endedAtMs: number | null;
}

export interface Sweep extends SweepDefinition {
  readonly id: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  status: SweepStatus;
  /** By number. */
  readonly trials: Trial[];
  /** Which trial a worker's request got, by the id of the request, and under which lease. */
  readonly asked: Map<string, { readonly number: number; readonly lease: string }>;
  /** Steps of all trials, of attempts that came to nothing as well. */
  steps: number;
  /** Moves whenever something happens that the next point is made of. */
  revision: number;
}

export interface SweepsState {
  readonly sweeps: Map<string, Sweep>;
  nextSweepId: number;
}
