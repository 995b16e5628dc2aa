import { checkMetricKey, checkParamKey } from '@millrace/mlflow-protocol';
import { CodedError } from '@millrace/service-kit';
import {
  faultsOfSpace,
  gridSize,
  halvingRules,
  hasMoreValuesThan,
  rungsOf,
  type Parameter,
  type SearchSpace,
} from '@millrace/sweeps';
import { z } from 'zod';
import type { SweepDefinition } from '../../flow/sweeps/sweep.ts';

const mostTrials = 10_000;
const mostParameters = 100;
const mostSteps = 1_000_000_000;

/** A name of MLflow's, refused here in our own terms. */
const keyOf = (check: (key: string, path: string) => void) =>
  z.string().superRefine((key, context) => {
    try {
      check(key, 'name');
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is no name' });
    }
  });

const choice = z.union([z.string().max(500), z.number(), z.boolean()]);
const bounds = { low: z.number(), high: z.number() };
const points = z.int().min(1).max(1000).optional().describe('How many values a grid tries, 5 if not said');
const steps = { ...bounds, scale: z.enum(['linear', 'log']).default('linear') };
const when = z
  .strictObject({ parameter: z.string(), in: z.array(choice).min(1).max(100) })
  .optional()
  .describe('The parameter exists only where an earlier one has one of these values');
const distribution = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('uniform'), ...bounds, points, when }),
  z.strictObject({ kind: z.literal('log-uniform'), ...bounds, points, when }),
  z.strictObject({ kind: z.literal('quantised'), ...steps, step: z.number().positive(), when }),
  z.strictObject({ kind: z.literal('int'), ...steps, step: z.int().positive().default(1), when }),
  z.strictObject({ kind: z.literal('categorical'), choices: z.array(choice).min(1).max(1000), when }),
  z.strictObject({ kind: z.literal('constant'), value: choice, when }),
]);

const method = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('grid') }),
    z.strictObject({ kind: z.literal('random') }),
    z.strictObject({
      kind: z.literal('tpe'),
      startup: z.int().min(1).max(mostTrials).default(10).describe('Trials that are drawn at random first'),
      candidates: z.int().min(1).max(1000).default(24).describe('Draws of which the most promising is taken'),
    }),
  ])
  .default({ kind: 'tpe', startup: 10, candidates: 24 });

const earlyStop = z.strictObject({
  rule: z.enum(halvingRules).default('asha-stopping'),
  minSteps: z.int().min(1).max(mostSteps).default(1),
  maxSteps: z.int().min(2).max(mostSteps).describe('Steps of a whole trial'),
  reduction: z.int().min(2).max(100).default(3).describe('One in so many goes on'),
});

export const createSweep = z.strictObject({
  name: z.string().trim().min(1).max(250),
  experiment: z.string().min(1).describe('Name of an experiment that is there'),
  method,
  space: z
    .record(keyOf(checkParamKey), distribution)
    .refine((space) => Object.keys(space).length > 0, 'has no parameter')
    .refine((space) => Object.keys(space).length <= mostParameters, `has more than ${mostParameters} parameters`)
    .describe('By name of the parameter'),
  metric: z.strictObject({
    name: keyOf(checkMetricKey),
    goal: z.enum(['minimise', 'maximise']).default('minimise'),
  }),
  budget: z
    .strictObject({
      trials: z.int().min(1).max(mostTrials).optional(),
      steps: z.int().min(1).max(mostSteps).optional().describe('Of all trials together'),
    })
    .default({}),
  earlyStop: earlyStop.nullish().transform((rule) => rule ?? null),
  maxParallel: z.int().min(1).max(1000).default(100).describe('Trials that may run at the same time'),
  seed: z.int().default(0),
  leaseMs: z
    .int()
    .min(1000)
    .max(86_400_000)
    .default(120_000)
    .describe('How long a worker may be silent before its trial is given to another'),
  maxAttempts: z.int().min(1).max(100).default(3).describe('How often a trial is begun when its workers fall silent'),
});

/** As JSON has no NaN: `null` says that the value is no number. */
const value = z.number().nullable().describe('null: not a number, worse than any');
const lease = z.string().min(1).max(100).describe('As the trial came with it');
const step = z.int().min(1).max(mostSteps).describe('Steps that were taken so far');

export const askTrial = z.strictObject({ worker: z.string().max(200).default('') });
export const report = z.strictObject({ lease, step, value });
export const beat = z.strictObject({ lease });
export const finish = z.strictObject({
  lease,
  value,
  step: step.nullish().transform((count) => count ?? null),
});
export const fail = z.strictObject({ lease, reason: z.string().max(2000).default('the worker gave no reason') });
export const listSweeps = z.object({ experiment: z.string().optional() });
export const listTrials = z.object({
  status: z.enum(['running', 'paused', 'complete', 'stopped', 'failed']).optional(),
  from: z.coerce.number().int().min(0).default(0).describe('Number of the first trial'),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

/** The definition with what is not said filled in, or every fault of it, named by its field. */
export function definitionOf(request: z.output<typeof createSweep>, experimentId: string): SweepDefinition {
  const { name, space: byName, method: by, metric, budget, earlyStop: stop } = request;
  const { seed, leaseMs, maxAttempts, maxParallel } = request;
  const space: SearchSpace = Object.entries(byName).map(([key, rest]): Parameter => ({ name: key, ...rest }));
  const faults = faultsOfSpace(space).map(({ parameter, field, message }) => ({
    path: `space.${parameter}.${field}`,
    message,
  }));
  const say = (path: string, message: string): void => void faults.push({ path, message });
  if (stop !== null && rungsOf(stop).length === 0) {
    say('earlyStop.minSteps', `must be below maxSteps: ${stop.minSteps} is not below ${stop.maxSteps}`);
  }
  if (by.kind !== 'grid' && budget.trials === undefined && budget.steps === undefined) {
    say('budget', 'say how much may be tried: trials, steps, or both');
  }
  const isWide = hasMoreValuesThan(mostTrials);
  for (const parameter of by.kind === 'grid' ? space : []) {
    if (isWide(parameter)) say(`space.${parameter.name}`, `has more than ${mostTrials} values: too many for a grid`);
  }
  let maxTrials = budget.trials ?? mostTrials;
  if (by.kind === 'grid' && faults.length === 0) {
    const size = gridSize(space, mostTrials + 1);
    if (size > mostTrials && budget.trials === undefined) {
      say(
        'space',
        `the grid has more than ${mostTrials} points: make it smaller, or say budget.trials to try the first ones`,
      );
    }
    maxTrials = Math.min(size, maxTrials);
  }
  const [first] = faults;
  if (first !== undefined) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    throw new CodedError('REQUEST_INVALID', `${first.path}: ${first.message}${more}`, { faults });
  }
  return {
    name,
    experimentId,
    method: by,
    space,
    metric: metric.name,
    goal: metric.goal,
    seed,
    maxTrials,
    maxTotalSteps: budget.steps ?? null,
    earlyStop: stop,
    maxParallel,
    leaseMs,
    maxAttempts,
  };
}
