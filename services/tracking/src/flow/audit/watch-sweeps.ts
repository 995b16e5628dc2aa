import { watchOne, type Applied, type SubjectChange } from '@millrace/events';
import type { SweepCommand } from '../sweeps/sweep-commands.ts';
import type { SweepsState, Trial } from '../sweeps/sweep.ts';

/** The sweep that a command is about and the trial that it names, without the other trials: there may be thousands. */
export function watchSweeps(state: SweepsState, command: SweepCommand): (applied: Applied) => readonly SubjectChange[] {
  const number = numberIn(command);
  return watchOne({
    kind: 'sweep',
    id: command.type === 'create-sweep' ? undefined : command.sweep,
    snapshot: (id) => snapshotOf(state, id, number),
  });
}

function numberIn(command: SweepCommand): number | undefined {
  if (command.type === 'start-trial') return command.assignment.number;
  return 'number' in command ? command.number : undefined;
}

function snapshotOf({ sweeps }: SweepsState, id: string | undefined, number: number | undefined): object | null {
  const sweep = id === undefined ? undefined : sweeps.get(id);
  if (sweep === undefined) return null;
  const { name, experimentId, status, trials, steps } = sweep;
  const trial = number === undefined ? undefined : trials[number];
  return { id, name, experimentId, status, trials: trials.length, steps, ...(trial && { trial: trialOf(trial) }) };
}

/** Copied, since commands change trials in place; the lease is its worker's secret. */
function trialOf({ number, status, attempt, worker, runId, params, value, step }: Trial): object {
  return { number, status, attempt, worker, runId, params, value, step };
}
