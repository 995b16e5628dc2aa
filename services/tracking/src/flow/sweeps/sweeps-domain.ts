import type { Applied, CommandMeta } from '@millrace/events';
import { experimentNotFound, type ExperimentsState } from '../experiments/experiments.ts';
import { applyStartTrial } from './apply-start-trial.ts';
import { applyTrialCommand } from './apply-trial-command.ts';
import type { SweepCommand } from './sweep-commands.ts';
import { sweepEnded, sweepNotFound } from './sweep-rejections.ts';
import type { Sweep, SweepDefinition, SweepsState } from './sweep.ts';
import { endTrial } from './trial-turns.ts';

export function initialSweeps(): SweepsState {
  return { sweeps: new Map(), nextSweepId: 1 };
}

/** The rules of sweeps: who gets which trial, and which trial goes on, is settled by the order of the journal. */
export function applySweepCommand(
  state: SweepsState & Pick<ExperimentsState, 'experiments'>,
  command: SweepCommand,
  meta: CommandMeta,
): Applied {
  if (command.type === 'create-sweep') return create(state, command.definition, meta);
  const sweep = state.sweeps.get(command.sweep);
  if (sweep === undefined) return sweepNotFound(command.sweep);
  switch (command.type) {
    case 'pause-sweep':
      return steer(sweep, { from: 'running', to: 'paused' });
    case 'resume-sweep':
      return steer(sweep, { from: 'paused', to: 'running' });
    case 'cancel-sweep':
      return cancel(sweep, meta.atMs);
    case 'start-trial':
      return applyStartTrial(sweep, command, meta);
    default:
      return applyTrialCommand(sweep, command, meta);
  }
}

function create(
  state: SweepsState & Pick<ExperimentsState, 'experiments'>,
  definition: SweepDefinition,
  meta: CommandMeta,
): Applied {
  const { experimentId } = definition;
  if (state.experiments.get(experimentId)?.lifecycleStage !== 'active') {
    const { message } = experimentNotFound(experimentId);
    return { ok: false, code: 'SWEEPS_EXPERIMENT_NOT_FOUND', message };
  }
  const id = String(state.nextSweepId);
  state.nextSweepId += 1;
  state.sweeps.set(id, {
    ...definition,
    id,
    createdAtMs: meta.atMs,
    createdBy: meta.actor,
    status: 'running',
    trials: [],
    asked: new Map(),
    steps: 0,
    revision: 0,
  });
  return { ok: true, result: { id } };
}

function steer(sweep: Sweep, { from, to }: { from: 'running' | 'paused'; to: 'running' | 'paused' }): Applied {
  if (sweep.status !== from && sweep.status !== to) return sweepEnded(sweep, to);
  sweep.status = to;
  return { ok: true, result: { id: sweep.id } };
}

function cancel(sweep: Sweep, atMs: number): Applied {
  if (sweep.status === 'finished') return sweepEnded(sweep, 'cancelled');
  sweep.status = 'cancelled';
  for (const trial of sweep.trials) {
    if (trial.status !== 'running' && trial.status !== 'paused') continue;
    endTrial(trial, { status: 'stopped', reason: 'the sweep was cancelled', atMs });
  }
  return { ok: true, result: { id: sweep.id } };
}
