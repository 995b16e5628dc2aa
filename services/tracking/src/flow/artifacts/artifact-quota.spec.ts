import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

const journal = {
  read: async () => ({ experiments: new Map([['1', experiment()]]), idByName: new Map(), nextId: 2 }),
} as unknown as ExperimentsJournal;
const pause = () => Promise.resolve();
function quotaWith(state: { used: number }, serviceBytes: number | null): ArtifactQuota {
  return new ArtifactQuota(journal, { bytesOf: async () => state.used }, { serviceBytes, pause });
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
  const quota = new ArtifactQuota({ read } as unknown as ExperimentsJournal, usage, { serviceBytes: null, pause });
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

describe('files that two instances name at once', () => {
  /** What a log does: the name counts until the last word takes it back. */
  const naming = (state: { used: number }, bytes: number) => async (lastWord?: () => Promise<Error | null>) => {
    await Promise.resolve();
    state.used += bytes;
    const fault = (await lastWord?.()) ?? null;
    if (fault === null) return;
    state.used -= bytes;
    throw fault;
  };

  it('never pass the quota, and are refused only where there is no room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
        async (turns, sizes) => {
          const state = { used: 0 };
          const usage = {
            bytesOf: async () => {
              await turns.schedule(Promise.resolve(), 'count');
              return state.used;
            },
          };
          const quotas = [0, 1].map(
            () =>
              new ArtifactQuota(journal, usage, {
                serviceBytes: 100,
                pause: () => turns.schedule(Promise.resolve(), 'pause'),
              }),
          );
          let named = 0;
          const one = async (bytes: number, index: number) => {
            const quota = quotas[index % 2];
            await quota?.within('1', { declaredBytes: bytes, replacedBytes: 0 }, naming(state, bytes));
            named += bytes;
            expect(named).toBeLessThanOrEqual(100);
          };
          const settled = await turns.waitFor(Promise.allSettled(sizes.map(one)));
          for (const outcome of settled)
            if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
          expect(state.used).toBe(named);
          const smallest = sizes.filter((_, index) => settled[index]?.status === 'rejected');
          if (sizes.reduce((sum, bytes) => sum + bytes, 0) <= 100) expect(smallest).toEqual([]);
        },
      ),
    );
  });

  it('are named one after the other when there is room for one only', async () => {
    const state = { used: 0 };
    const both = Promise.withResolvers<void>();
    let counting = 0;
    // The first two counts come before either is named.
    const usage = {
      bytesOf: async () => {
        counting += 1;
        if (counting === 2) both.resolve();
        await both.promise;
        return state.used;
      },
    };
    let pauses = 0;
    const quota = () =>
      new ArtifactQuota(journal, usage, {
        serviceBytes: 100,
        // Of the two one comes back first.
        pause: async () => {
          pauses += 1;
          const turns = 20 * pauses;
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        },
      });
    const addition = { declaredBytes: 60, replacedBytes: 0 };
    const settled = await Promise.allSettled(
      [quota(), quota()].map((one) => one.within('1', addition, naming(state, 60))),
    );
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(state.used).toBe(60);
  });
});
