import { expect, it } from 'vitest';
import { sweepWhenDue } from './sweep-when-due.ts';

function swept(...outcomes: readonly (boolean | Error)[]) {
  let runs = 0;
  const background = sweepWhenDue({
    run: () => {
      const outcome = outcomes[runs++] ?? true;
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
    },
  });
  return { background, runs: () => runs };
}

it('sweeps once at the start, and once more after definitions have changed', async () => {
  const { background, runs } = swept();
  await background.run();
  await background.run();
  expect(runs()).toBe(1);
  background.definitionsChanged?.();
  await background.run();
  await background.run();
  expect(runs()).toBe(2);
});

it('sweeps again until everything is swept, also after a failure', async () => {
  const { background, runs } = swept(false, new Error('no broker'), true);
  await background.run();
  await expect(background.run()).rejects.toThrow('no broker');
  await background.run();
  await background.run();
  expect(runs()).toBe(3);
});

it('does not forget a change that comes during a sweep', async () => {
  let runs = 0;
  const background = sweepWhenDue({
    run: () => {
      runs += 1;
      background.definitionsChanged?.();
      return Promise.resolve(true);
    },
  });
  await background.run();
  await background.run();
  expect(runs).toBe(2);
});
