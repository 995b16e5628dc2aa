import type { Applied, CommandMeta } from '@millrace/events';
import { goesOn, isPromoted, rungsOf } from '@millrace/sweeps';
import type { Decision, ReportTrialCommand, TrialCommand } from './sweep-commands.ts';
import { leaseLost, stepTaken, sweepMovedOn, trialEnded, trialNotFound } from './sweep-rejections.ts';
import type { Sweep, Trial } from './sweep.ts';
import { arrivalsAt, endTrial, finishIfDone, hasSteps, isGivenUp, judgeCohorts } from './trial-turns.ts';

/** What the worker that has a trial says of it. */
export function applyTrialCommand(sweep: Sweep, command: TrialCommand, meta: CommandMeta): Applied {
  const trial = sweep.trials[command.number];
  if (trial === undefined) return trialNotFound(sweep, command.number);
  if (trial.lease !== command.lease) return leaseLost(trial, command.lease);
  switch (command.type) {
    case 'report-trial':
      return report(sweep, trial, { command, atMs: meta.atMs });
    case 'renew-lease':
      if (trial.status === 'running') trial.leaseUntilMs = meta.atMs + sweep.leaseMs;
      return { ok: true, result: { decision: decisionOf(trial), reason: trial.reason } };
    case 'finish-trial': {
      const { value, step } = command;
      if (trial.status === 'complete' && trial.value === value) return { ok: true, result: null };
      if (trial.status !== 'running') return trialEnded(trial);
      if (step !== null && step < trial.step) return stepTaken(trial, step);
      advance(sweep, trial, { step: step ?? trial.step, value });
      return end(sweep, trial, { status: 'complete', reason: null, atMs: meta.atMs });
    }
    case 'fail-trial':
      if (trial.status === 'failed' && trial.reason === command.reason) return { ok: true, result: null };
      if (trial.status !== 'running') return trialEnded(trial);
      return end(sweep, trial, { status: 'failed', reason: command.reason, atMs: meta.atMs });
    case 'give-up-trial': {
      const isSilent = trial.status === 'running' && trial.leaseUntilMs <= meta.atMs;
      if (!isSilent || !isGivenUp(sweep, trial)) return sweepMovedOn(sweep);
      const reason = `its worker fell silent, the last of ${trial.attempt}`;
      return end(sweep, trial, { status: 'failed', reason, atMs: meta.atMs });
    }
  }
}

/** What a worker is to do with a trial in this state. */
function decisionOf({ status }: Trial): Decision {
  return status === 'running' ? 'continue' : status === 'paused' ? 'pause' : 'stop';
}

function report(
  sweep: Sweep,
  trial: Trial,
  { command, atMs }: { readonly command: ReportTrialCommand; readonly atMs: number },
): Applied {
  const { step, value } = command;
  const answer = (): Applied => ({ ok: true, result: { decision: decisionOf(trial), reason: trial.reason } });
  if (trial.status !== 'running') return answer();
  if (step < trial.step || (step === trial.step && trial.value !== value)) return stepTaken(trial, step);
  trial.leaseUntilMs = atMs + sweep.leaseMs;
  if (step === trial.step) return answer();
  advance(sweep, trial, { step, value });
  judgeAtRung(sweep, trial, atMs);
  // One that has all its steps is left to its worker to finish.
  const isWhole = trial.step >= (sweep.earlyStop?.maxSteps ?? Infinity);
  if (trial.status === 'running' && !isWhole && !hasSteps(sweep)) {
    endTrial(trial, { status: 'stopped', reason: 'the steps of the sweep are used up', atMs });
  }
  if (trial.status !== 'running') settle(sweep, atMs);
  return answer();
}

/** The highest rung that this report came to counts; a worker may report in larger steps than the rungs are apart. */
function judgeAtRung(sweep: Sweep, trial: Trial, atMs: number): void {
  const { earlyStop, goal } = sweep;
  if (earlyStop === null) return;
  const reached = rungsOf(earlyStop).filter((steps) => steps <= trial.step).length;
  // After a hand-over the trial comes by rungs at which it was judged before.
  if (reached <= trial.rungs.length) return;
  while (trial.rungs.length < reached) trial.rungs.push(trial.value);
  const rung = reached - 1;
  const own = { number: trial.number, value: trial.value };
  const by = { reduction: earlyStop.reduction, goal };
  if (earlyStop.rule === 'asha-stopping') {
    if (goesOn(own, arrivalsAt(sweep, rung), by)) return;
    const reason = `not among the best 1/${earlyStop.reduction} at step ${rungsOf(earlyStop)[rung]}`;
    endTrial(trial, { status: 'stopped', reason, atMs });
  } else if (earlyStop.rule === 'asha' && isPromoted(own, arrivalsAt(sweep, rung), by)) {
    trial.level = reached;
  } else {
    trial.status = 'paused';
    trial.reason = `set aside at step ${rungsOf(earlyStop)[rung]}`;
  }
}

function advance(sweep: Sweep, trial: Trial, { step, value }: { step: number; value: number | null }): void {
  sweep.steps += step - trial.step;
  trial.step = step;
  trial.value = value;
}

function end(sweep: Sweep, trial: Trial, how: Parameters<typeof endTrial>[1]): Applied {
  endTrial(trial, how);
  settle(sweep, how.atMs);
  return { ok: true, result: null };
}

function settle(sweep: Sweep, atMs: number): void {
  sweep.revision += 1;
  judgeCohorts(sweep, atMs);
  finishIfDone(sweep, atMs);
}
