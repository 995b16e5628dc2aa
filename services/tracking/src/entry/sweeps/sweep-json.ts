import { compareValues } from '@millrace/sweeps';
import { z } from 'zod';
import type { Sweep, Trial } from '../../flow/sweeps/sweep.ts';
import { runIdOfSweep } from '../../flow/sweeps/mlflow-trial-runs.ts';

const choice = z.union([z.string(), z.number(), z.boolean()]);

export const trialResponse = z.object({
  number: z.int(),
  params: z.record(z.string(), choice),
  status: z.enum(['running', 'paused', 'complete', 'stopped', 'failed']),
  reason: z.string().nullable().describe('Why it does not run any more'),
  value: z.number().nullable().describe('The last that counted; null: none, or no number'),
  step: z.int(),
  attempt: z.int(),
  worker: z.string(),
  runId: z.string().describe('The MLflow run of this attempt: its params are logged'),
  leaseUntil: z.iso.datetime().describe('When the trial is given to another worker, if this one stays silent'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
});
type TrialJson = z.infer<typeof trialResponse>;

export const nextResponse = z.object({
  trial: trialResponse
    .extend({ lease: z.string(), experimentId: z.string(), maxSteps: z.int().nullable() })
    .nullable()
    .describe('Begins after `step`: 0, or where it was set aside'),
  reason: z
    .enum(['waiting', 'paused', 'cancelled', 'finished'])
    .nullable()
    .describe('Why there is none; after `waiting` and `paused` ask again'),
  retryAfterMs: z.int().nullable(),
});

export const answerResponse = z.object({
  decision: z.enum(['continue', 'pause', 'stop']),
  reason: z.string().nullable(),
});

export const sweepResponse = z.object({
  id: z.string(),
  name: z.string(),
  experimentId: z.string(),
  runId: z.string().describe('The MLflow run above the runs of all trials'),
  status: z.enum(['running', 'paused', 'cancelled', 'finished']),
  metric: z.object({ name: z.string(), goal: z.enum(['minimise', 'maximise']) }),
  method: z.object({ kind: z.enum(['grid', 'random', 'tpe']) }).loose(),
  space: z.record(z.string(), z.object({ kind: z.string() }).loose()),
  earlyStop: z.object({ rule: z.string(), minSteps: z.int(), maxSteps: z.int(), reduction: z.int() }).nullable(),
  seed: z.int(),
  budget: z.object({ trials: z.int(), steps: z.int().nullable() }),
  maxParallel: z.int(),
  leaseMs: z.int(),
  maxAttempts: z.int(),
  progress: z.object({
    trials: z.int(),
    running: z.int(),
    paused: z.int(),
    complete: z.int(),
    stopped: z.int(),
    failed: z.int(),
    steps: z.int(),
  }),
  best: trialResponse.nullable().describe('Of the complete trials'),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
});
type SweepJson = z.infer<typeof sweepResponse>;

export const sweepsResponse = z.object({ sweeps: z.array(sweepResponse) });
export const trialsResponse = z.object({
  trials: z.array(trialResponse),
  next: z.int().nullable().describe('`from` of the next page'),
});

const time = (ms: number): string => new Date(ms).toISOString();

export function trialJson(trial: Trial): TrialJson {
  const { number, params, status, reason, value, step, attempt, worker, leaseUntilMs, startedAtMs, endedAtMs } = trial;
  return {
    number,
    params: { ...params },
    status,
    reason,
    value,
    step,
    attempt,
    worker,
    runId: trial.runId,
    leaseUntil: time(leaseUntilMs),
    startedAt: time(startedAtMs),
    endedAt: endedAtMs === null ? null : time(endedAtMs),
  };
}

export function sweepJson(sweep: Sweep): SweepJson {
  const { id, name, experimentId, status, metric, goal, method, space, earlyStop, seed, trials } = sweep;
  const count = (wanted: Trial['status']): number => trials.filter((trial) => trial.status === wanted).length;
  const best = bestTrial(sweep);
  return {
    id,
    name,
    experimentId,
    runId: runIdOfSweep(sweep),
    status,
    metric: { name: metric, goal },
    method: { ...method },
    space: Object.fromEntries(space.map(({ name: parameter, ...rest }) => [parameter, { ...rest }])),
    earlyStop,
    seed,
    budget: { trials: sweep.maxTrials, steps: sweep.maxTotalSteps },
    maxParallel: sweep.maxParallel,
    leaseMs: sweep.leaseMs,
    maxAttempts: sweep.maxAttempts,
    progress: {
      trials: trials.length,
      running: count('running'),
      paused: count('paused'),
      complete: count('complete'),
      stopped: count('stopped'),
      failed: count('failed'),
      steps: sweep.steps,
    },
    best: best === undefined ? null : trialJson(best),
    createdAt: time(sweep.createdAtMs),
    createdBy: sweep.createdBy,
  };
}

function bestTrial({ trials, goal }: Sweep): Trial | undefined {
  let best: Trial | undefined;
  for (const trial of trials) {
    if (trial.status !== 'complete' || trial.value === null) continue;
    if (best === undefined || compareValues(trial.value, best.value, goal) < 0) best = trial;
  }
  return best;
}
