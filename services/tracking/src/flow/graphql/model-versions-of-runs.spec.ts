import { expect, it } from 'vitest';
import { ModelVersionsOfRuns } from './model-versions-of-runs.ts';

it('asks for the runs of one answer together, each once, and again for the next answer', async () => {
  const asked: (readonly string[])[] = [];
  const versions = new ModelVersionsOfRuns({
    ofRuns: (runIds) => {
      asked.push(runIds);
      return Promise.resolve(new Map([['a', [{ name: 'model of a' }]]]));
    },
    search: () => Promise.reject(new Error('not asked for')),
  });
  expect(await Promise.all([versions.of('a'), versions.of('b'), versions.of('a')])).toEqual([
    [{ name: 'model of a' }],
    [],
    [{ name: 'model of a' }],
  ]);
  await versions.of('c');
  expect(asked).toEqual([['a', 'b'], ['c']]);
});
