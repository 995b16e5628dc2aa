import type { RunEvent } from '@millrace/schemas';
import { expect, it } from 'vitest';
import { AppendCycle } from './append-cycle.ts';
import type { ExperimentsState } from '../experiments/experiments.ts';
import { emptyRunEvent } from './simulated-log.ts';

it('appends together what came together, asks for experiments once a turn, and fails only what failed', async () => {
  const turns: string[][] = [];
  let asked = 0;
  let end = Promise.withResolvers<void>();
  const cycle = new AppendCycle(
    {
      append: async ({ id }: RunEvent) => {
        turns.at(-1)?.push(id);
        await end.promise;
        if (id === 'refused') throw new Error('too large');
        return { partition: 0, offset: 1 };
      },
    },
    {
      read: async () => {
        turns.push([]);
        asked += 1;
        return { experiments: new Map() } as unknown as ExperimentsState;
      },
    },
  );
  const append = (id: string) => cycle.append({ ...emptyRunEvent, id });
  const first = [append('a'), append('refused'), append('b')];
  await expect.poll(() => turns).toEqual([['a', 'refused', 'b']]);
  const second = [append('c'), append('d')];
  end.resolve();
  const outcomes = await Promise.allSettled([...first, ...second]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(turns).toEqual([
    ['a', 'refused', 'b'],
    ['c', 'd'],
  ]);
  expect(asked).toBe(2);
  end = Promise.withResolvers<void>();
  const later = append('e');
  await expect.poll(() => turns.length).toBe(3);
  end.resolve();
  expect((await later).offset).toBe(1);
});
