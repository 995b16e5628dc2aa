import { suggest, type PastTrial } from '@millrace/sweeps';
import type { Assignment } from './sweep-commands.ts';
import type { Sweep, Trial } from './sweep.ts';
import { isGivenUp, mayStartNew, promotedTrial, runningTrials } from './trial-turns.ts';

export type TrialChoice =
  | { readonly kind: 'start'; readonly assignment: Assignment }
  | { readonly kind: 'give-up'; readonly number: number; readonly lease: string }
  /** Nothing to hand out now (`waiting`, `paused`) or any more. */
  | { readonly kind: 'none'; readonly reason: 'waiting' | 'paused' | 'cancelled' | 'finished' };

/** What the next worker gets: first what another one dropped, then what was set aside and may go on, then a new point. */
export function chooseTrial(sweep: Sweep, atMs: number): TrialChoice {
  if (sweep.status !== 'running') return { kind: 'none', reason: sweep.status };
  const running = runningTrials(sweep);
  const dropped = running.find(({ leaseUntilMs }) => leaseUntilMs <= atMs);
  if (dropped !== undefined && isGivenUp(sweep, dropped)) {
    return { kind: 'give-up', number: dropped.number, lease: dropped.lease };
  }
  const atWork = running.filter(({ leaseUntilMs }) => leaseUntilMs > atMs).length;
  if (atWork >= sweep.maxParallel) return { kind: 'none', reason: 'waiting' };
  if (dropped !== undefined) {
    return { kind: 'start', assignment: { kind: 'again', number: dropped.number, lease: dropped.lease } };
  }
  const promoted = promotedTrial(sweep);
  if (promoted !== undefined) return { kind: 'start', assignment: { kind: 'promoted', number: promoted.number } };
  const params = mayStartNew(sweep) ? suggest(sweep, sweep.trials.map(pastTrial)) : null;
  if (params === null) return { kind: 'none', reason: 'waiting' };
  const { revision, trials } = sweep;
  return { kind: 'start', assignment: { kind: 'new', number: trials.length, params: { ...params }, revision } };
}

function pastTrial({ params, status, value, step }: Trial): PastTrial {
  return { params, value, step, state: status === 'paused' ? 'stopped' : status };
}
