import type { Params } from '@millrace/sweeps';
import type { SweepDefinition } from './sweep.ts';

interface CreateSweep {
  readonly type: 'create-sweep';
  readonly definition: SweepDefinition;
}
interface SteerSweep {
  readonly type: 'pause-sweep' | 'resume-sweep' | 'cancel-sweep';
  readonly sweep: string;
}

/**
 * What the instance that was asked chose to hand out, by the state it saw. The params are kept as they were drawn: another engine may round a
 * logarithm otherwise.
 */
export type Assignment =
  | { readonly kind: 'new'; readonly number: number; readonly params: Params; readonly revision: number }
  /** Its worker fell silent. */
  | { readonly kind: 'again'; readonly number: number; readonly lease: string }
  /** It was set aside and may go on. */
  | { readonly kind: 'promoted'; readonly number: number };

interface StartTrial {
  readonly type: 'start-trial';
  readonly sweep: string;
  readonly assignment: Assignment;
  readonly worker: string;
  /** Of the run that a new attempt gets. */
  readonly runId: string;
  /** Id of the worker's request: a repeat gets the same trial. */
  readonly asked: string | null;
}
interface ReportTrial {
  readonly type: 'report-trial';
  readonly sweep: string;
  readonly number: number;
  readonly lease: string;
  readonly step: number;
  readonly value: number | null;
}
interface FinishTrial {
  readonly type: 'finish-trial';
  readonly sweep: string;
  readonly number: number;
  readonly lease: string;
  /** Null: as many as were reported. */
  readonly step: number | null;
  readonly value: number | null;
}
interface FailTrial {
  readonly type: 'fail-trial';
  readonly sweep: string;
  readonly number: number;
  readonly lease: string;
  readonly reason: string;
}
interface RenewLease {
  readonly type: 'renew-lease';
  readonly sweep: string;
  readonly number: number;
  readonly lease: string;
}
/** A worker fell silent on the last attempt. */
interface GiveUpTrial {
  readonly type: 'give-up-trial';
  readonly sweep: string;
  readonly number: number;
  readonly lease: string;
}

export type TrialCommand = ReportTrial | FinishTrial | FailTrial | RenewLease | GiveUpTrial;
export type SweepCommand = CreateSweep | SteerSweep | StartTrial | TrialCommand;

export const sweepCommandTypes = [
  'create-sweep',
  'pause-sweep',
  'resume-sweep',
  'cancel-sweep',
  'start-trial',
  'report-trial',
  'finish-trial',
  'fail-trial',
  'renew-lease',
  'give-up-trial',
] as const satisfies readonly SweepCommand['type'][];

export type StartTrialCommand = StartTrial;
export type ReportTrialCommand = ReportTrial;

/** What a worker is to do with its trial. */
export type Decision = 'continue' | 'pause' | 'stop';
