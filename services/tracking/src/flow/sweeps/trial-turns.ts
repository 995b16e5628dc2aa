import { cohortSize, isPromoted, promotedOf, ranked, type Arrival, type Halving } from '@millrace/sweeps';
import type { Sweep, Trial } from './sweep.ts';

export function mayStartNew(sweep: Sweep): boolean {
  return sweep.trials.length < sweep.maxTrials && hasSteps(sweep);
}

export function hasSteps({ steps, maxTotalSteps }: Sweep): boolean {
  return maxTotalSteps === null || steps < maxTotalSteps;
}

/** Whether a trial whose worker fell silent has ended, and is not begun again. */
export function isGivenUp(sweep: Sweep, { attempt }: Trial): boolean {
  return attempt >= sweep.maxAttempts || !hasSteps(sweep);
}

export function runningTrials(sweep: Sweep): Trial[] {
  return sweep.trials.filter(({ status }) => status === 'running');
}

/** Those that came to a rung, whatever became of them. */
export function arrivalsAt({ trials }: Pick<Sweep, 'trials'>, rung: number): Arrival[] {
  return trials.flatMap(({ number, rungs }) => {
    const value = rungs[rung];
    return value === undefined ? [] : [{ number, value }];
  });
}

/** The trial that was set aside and may go on; of several, one on the highest rung. */
export function promotedTrial(sweep: Sweep): Trial | undefined {
  const { earlyStop, goal, trials } = sweep;
  if (earlyStop === null || !hasSteps(sweep)) return undefined;
  const waiting = trials
    .filter(({ status }) => status === 'paused')
    .toSorted((a, b) => b.rungs.length - a.rungs.length || a.number - b.number);
  if (earlyStop.rule !== 'asha') return waiting.find(({ rungs, level }) => level >= rungs.length);
  const arrivals = new Map<number, Arrival[]>();
  return waiting.find((trial) => {
    const rung = trial.rungs.length - 1;
    const there = arrivals.get(rung) ?? arrivalsAt(sweep, rung);
    arrivals.set(rung, there);
    const own = { number: trial.number, value: trial.rungs[rung] ?? null };
    return isPromoted(own, there, { reduction: earlyStop.reduction, goal });
  });
}

/** Judges every rung of a cohort that nobody is on the way to any more (`halving`): the best may go on, the others have ended. */
export function judgeCohorts(sweep: Sweep, atMs: number): void {
  const { earlyStop, trials } = sweep;
  if (earlyStop?.rule !== 'halving') return;
  const size = cohortSize(earlyStop);
  for (let from = 0; from < trials.length; from += size) {
    const cohort = trials.slice(from, from + size);
    // A trial to come is on its way to the first rung.
    if (cohort.length < size && mayStartNew(sweep)) continue;
    judgeCohort(cohort, sweep, { ...earlyStop, atMs });
  }
}

function judgeCohort(cohort: readonly Trial[], { goal }: Sweep, by: Halving & { atMs: number }): void {
  const rungs = Math.max(0, ...cohort.map((trial) => trial.rungs.length));
  for (let rung = 0; rung < rungs; rung++) {
    const isComing = ({ status, rungs: reached, level }: Trial): boolean =>
      reached.length <= rung && (status === 'running' || (status === 'paused' && level >= reached.length));
    if (cohort.some(isComing)) return;
    const best = ranked(arrivalsAt({ trials: [...cohort] }, rung), goal).filter(({ value }) => value !== null);
    const promoted = new Set(
      best.slice(0, Math.max(1, promotedOf(best.length, by.reduction))).map((one) => one.number),
    );
    for (const trial of cohort) {
      if (trial.status !== 'paused' || trial.rungs.length !== rung + 1 || trial.level > rung) continue;
      if (promoted.has(trial.number)) trial.level = rung + 1;
      else
        endTrial(trial, {
          status: 'stopped',
          reason: `not among the best of its cohort at rung ${rung + 1}`,
          atMs: by.atMs,
        });
    }
  }
}

/** After anything that may have been the last: a sweep with nothing left to hand out and nobody at work has ended. */
export function finishIfDone(sweep: Sweep, atMs: number): void {
  if (sweep.status !== 'running' && sweep.status !== 'paused') return;
  if (mayStartNew(sweep) || runningTrials(sweep).length > 0 || promotedTrial(sweep) !== undefined) return;
  sweep.status = 'finished';
  for (const trial of sweep.trials) {
    if (trial.status === 'paused') endTrial(trial, { status: 'stopped', reason: 'the sweep ended', atMs });
  }
}

export function endTrial(
  trial: Trial,
  end: { status: 'complete' | 'stopped' | 'failed'; reason: string | null; atMs: number },
): void {
  trial.status = end.status;
  trial.reason = end.reason;
  trial.endedAtMs = end.atMs;
}
