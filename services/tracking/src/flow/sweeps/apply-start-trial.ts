import type { Applied, CommandMeta } from '@millrace/events';
import type { StartTrialCommand } from './sweep-commands.ts';
import { sweepMovedOn } from './sweep-rejections.ts';
import type { Sweep, Trial } from './sweep.ts';
import { isGivenUp, mayStartNew, promotedTrial } from './trial-turns.ts';

/** Hands a trial to a worker, if what was chosen can still be had in the order of the log. */
export function applyStartTrial(sweep: Sweep, command: StartTrialCommand, meta: CommandMeta): Applied {
  const { asked } = command;
  const given = asked === null ? undefined : givenBefore(sweep, asked);
  if (given !== undefined) return { ok: true, result: given };
  if (sweep.status !== 'running') return sweepMovedOn(sweep);
  const atWork = sweep.trials.filter(({ status, leaseUntilMs }) => status === 'running' && leaseUntilMs > meta.atMs);
  if (atWork.length >= sweep.maxParallel) return sweepMovedOn(sweep);
  const trial = take(sweep, command, meta);
  if (trial === undefined) return sweepMovedOn(sweep);
  trial.status = 'running';
  trial.reason = null;
  trial.worker = command.worker;
  trial.leaseUntilMs = meta.atMs + sweep.leaseMs;
  // Of the place in the log: no two hand-overs have the same.
  trial.lease = `${trial.number}-${meta.offset}`;
  sweep.revision += 1;
  const result = { number: trial.number, lease: trial.lease };
  if (asked !== null) sweep.asked.set(asked, result);
  return { ok: true, result };
}

/** What this request got, while it still has it. */
export function givenBefore(sweep: Sweep, asked: string): { number: number; lease: string } | undefined {
  const given = sweep.asked.get(asked);
  return given !== undefined && sweep.trials[given.number]?.lease === given.lease ? given : undefined;
}

function take(sweep: Sweep, { assignment, runId }: StartTrialCommand, meta: CommandMeta): Trial | undefined {
  switch (assignment.kind) {
    case 'new': {
      const { number, params, revision } = assignment;
      if (!mayStartNew(sweep) || number !== sweep.trials.length || revision !== sweep.revision) return undefined;
      const trial = newTrial({ number, params, runId, startedAtMs: meta.atMs });
      sweep.trials.push(trial);
      return trial;
    }
    case 'again': {
      const trial = sweep.trials[assignment.number];
      if (trial?.status !== 'running' || trial.lease !== assignment.lease) return undefined;
      if (trial.leaseUntilMs > meta.atMs || isGivenUp(sweep, trial)) return undefined;
      trial.attempt += 1;
      trial.runId = runId;
      // It begins anew; where it may go on to, and what others were judged by, stays.
      trial.step = 0;
      trial.value = null;
      return trial;
    }
    case 'promoted': {
      const trial = promotedTrial(sweep);
      if (trial?.number !== assignment.number) return undefined;
      trial.level = trial.rungs.length;
      return trial;
    }
  }
}

function newTrial(begun: Pick<Trial, 'number' | 'params' | 'runId' | 'startedAtMs'>): Trial {
  return {
    ...begun,
    status: 'running',
    reason: null,
    attempt: 1,
    lease: '',
    leaseUntilMs: 0,
    worker: '',
    value: null,
    step: 0,
    rungs: [],
    level: 0,
    endedAtMs: null,
  };
}
