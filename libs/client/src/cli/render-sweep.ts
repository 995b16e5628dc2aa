import { count, indented, table } from './layout.ts';

export interface Trial {
  readonly number: number;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly status: string;
  readonly reason: string | null;
  readonly value: number | null;
  readonly step: number;
  readonly worker: string;
  readonly runId: string;
}

export interface Sweep {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metric: { readonly name: string; readonly goal: string };
  readonly method: { readonly kind: string };
  readonly earlyStop: { readonly rule: string } | null;
  readonly budget: { readonly trials: number; readonly steps: number | null };
  readonly progress: Readonly<
    Record<'trials' | 'running' | 'paused' | 'complete' | 'stopped' | 'failed' | 'steps', number>
  >;
  readonly best: Trial | null;
}

/** One line of the list of sweeps. */
export function sweepRow({ id, name, status, metric, budget, progress, best }: Sweep): string[] {
  const done =
    budget.steps === null
      ? `${progress.trials} of ${count(budget.trials, 'trial')}`
      : `${progress.steps} of ${count(budget.steps, 'step')}`;
  return [id, name, status, done, best === null ? 'no result yet' : `${metric.name} ${numberText(best.value)}`];
}

export function renderSweep(sweep: Sweep, latest: readonly Trial[]): string[] {
  const { id, name, status, metric, method, earlyStop, progress, best } = sweep;
  const { trials, steps, running, paused, complete, stopped, failed } = progress;
  const how = earlyStop === null ? method.kind : `${method.kind} with ${earlyStop.rule}`;
  return [
    `sweep ${id} "${name}" is ${status}: ${metric.goal} ${metric.name} by ${how}`,
    `${count(trials, 'trial')} in ${count(steps, 'step')}: ${complete} complete, ${stopped} stopped, ${failed} failed, ${running} running, ${paused} set aside`,
    ...(best === null
      ? ['no trial is complete yet']
      : [`best: ${metric.name} ${numberText(best.value)} with ${paramsText(best)}, run ${best.runId}`]),
    ...(latest.length === 0 ? [] : ['', 'latest trials', ...indented(table(latest.map(trialRow)))]),
  ];
}

function trialRow(trial: Trial): string[] {
  const { number, status, value, step, reason } = trial;
  const why = reason === null ? '' : ` (${reason})`;
  return [String(number), status, `step ${step}`, numberText(value), `${paramsText(trial)}${why}`];
}

function paramsText({ params }: Trial): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? numberText(value) : String(value)}`)
    .join(' ');
}

/** Four digits tell two trials apart; the JSON has all of them. */
function numberText(value: number | null): string {
  return value === null ? '-' : String(Number(value.toPrecision(4)));
}
