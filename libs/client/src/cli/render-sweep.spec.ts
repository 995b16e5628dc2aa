import { expect, test } from 'vitest';
import { renderSweep, sweepRow, type Sweep, type Trial } from './render-sweep.ts';

const trial: Trial = {
  number: 1,
  params: { rate: 0.0123456, optimiser: 'adam' },
  status: 'complete',
  reason: null,
  value: 0.25,
  step: 27,
  worker: 'w',
  runId: 'abc',
};
const sweep: Sweep = {
  id: '3',
  name: 'rates',
  status: 'running',
  metric: { name: 'loss', goal: 'minimise' },
  method: { kind: 'tpe' },
  earlyStop: { rule: 'asha' },
  budget: { trials: 50, steps: null },
  progress: { trials: 2, running: 1, paused: 0, complete: 1, stopped: 0, failed: 0, steps: 30 },
  best: trial,
};

test('a sweep is shown with its progress, its best trial and the latest ones', () => {
  const failed: Trial = { ...trial, number: 0, status: 'failed', value: null, step: 3, reason: 'out of memory' };
  expect(renderSweep(sweep, [failed, trial])).toEqual([
    'sweep 3 "rates" is running: minimise loss by tpe with asha',
    '2 trials in 30 steps: 1 complete, 0 stopped, 0 failed, 1 running, 0 set aside',
    'best: loss 0.25 with rate=0.01235 optimiser=adam, run abc',
    '',
    'latest trials',
    '  0  failed    step 3   -     rate=0.01235 optimiser=adam (out of memory)',
    '  1  complete  step 27  0.25  rate=0.01235 optimiser=adam',
  ]);
});

test('a list says how much of the budget is used, and the best result', () => {
  expect(sweepRow(sweep)).toEqual(['3', 'rates', 'running', '2 of 50 trials', 'loss 0.25']);
  const early = { ...sweep, best: null, budget: { trials: 10_000, steps: 1200 } };
  expect(sweepRow(early)).toEqual(['3', 'rates', 'running', '30 of 1,200 steps', 'no result yet']);
});
