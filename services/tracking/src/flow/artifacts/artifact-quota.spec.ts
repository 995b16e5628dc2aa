import { expect, it } from 'vitest';
import { ArtifactQuota, quotaOf } from './artifact-quota.ts';
import type { Experiment } from '../experiments/experiments.ts';
import type { ExperimentsJournal } from '../ports.ts';

const experiment = (tag?: string): Experiment => ({
  id: '1',
  name: 'x',
  artifactLocation: '',
  lifecycleStage: 'active',
  createdBy: null,
  createdAtMs: 0,
  updatedAtMs: 0,
  tags: new Map(tag === undefined ? [] : [['millrace.artifactQuotaBytes', tag]]),
});

it.each([
  [undefined, null, null],
  [undefined, 100, 100],
  ['50', null, 50],
  ['50', 100, 50],
  ['200', 100, 100],
  ['0', null, 0],
  ['-1', 100, 100],
  ['1e3', null, null],
  ['plenty', 100, 100],
])('with the tag %s and the limit %s of the service it is %s', (tag, service, quota) => {
  expect(quotaOf(experiment(tag), service)).toBe(quota);
});

function quotaWith(state: { used: number }, serviceBytes: number | null): ArtifactQuota {
  const read = async () => ({ experiments: new Map([['1', experiment()]]), idByName: new Map(), nextId: 2 });
  const experiments = { read } as unknown as ExperimentsJournal;
  return new ArtifactQuota(experiments, { bytesOf: async () => state.used }, serviceBytes);
}

it('gives the room that is left, and that of the file which is replaced', async () => {
  const quota = quotaWith({ used: 80 }, 100);
  expect(await quota.limits('1', { declaredBytes: 0, replacedBytes: 0 })).toEqual({ maxBytes: 20 });
  expect(await quota.limits('1', { declaredBytes: 50, replacedBytes: 30 })).toEqual({ maxBytes: 50 });
  await expect(quota.limits('1', { declaredBytes: 21, replacedBytes: 0 })).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
  });
});

it('without a limit nothing is asked and nothing refused', async () => {
  const read = async () => ({ experiments: new Map(), idByName: new Map(), nextId: 1 });
  const usage = { bytesOf: () => Promise.reject(new Error('asked')) };
  const quota = new ArtifactQuota({ read } as unknown as ExperimentsJournal, usage, null);
  expect(await quota.limits('1', { declaredBytes: 1e15, replacedBytes: 0 })).toEqual({});
});

it('of files that are named at once only those that fit are', async () => {
  const state = { used: 0 };
  const quota = quotaWith(state, 100);
  const name = (bytes: number) =>
    quota.within('1', { declaredBytes: bytes, replacedBytes: 0 }, async () => {
      await Promise.resolve();
      state.used += bytes;
    });
  const settled = await Promise.allSettled([name(60), name(60), name(40), name(1)]);
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
  expect(state.used).toBe(100);
});
