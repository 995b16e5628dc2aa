import { expect, it } from 'vitest';
import { RunningSet } from './running-set.ts';

it('starts what is wanted although one before it cannot start, and tries that one again', async () => {
  const stopped: string[] = [];
  const set = new RunningSet<string>(async (running) => void stopped.push(running));
  let isDown = true;
  const wanted = new Map([
    ['a', { source: 'a', start: async () => 'a' }],
    ['b', { source: 'b', start: () => (isDown ? Promise.reject(new Error('no topic')) : Promise.resolve('b')) }],
    ['c', { source: 'c', start: async () => 'c' }],
  ]);
  const failed = await set.startAll(wanted);
  expect(failed.map(({ wanted: { source }, error }) => [source, error.message])).toEqual([['b', 'no topic']]);
  expect(set.values()).toEqual(['a', 'c']);
  isDown = false;
  expect(await set.startAll(wanted)).toEqual([]);
  expect(set.values()).toEqual(['a', 'c', 'b']);
  await set.keepOnly(new Map([['b', null]]));
  expect([stopped, set.values()]).toEqual([['a', 'c'], ['b']]);
});
