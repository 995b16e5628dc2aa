import { expect, it } from 'vitest';
import { StoredLog } from './stored-log.ts';

it('waits for the last write below each end, and for none that is known to be stored', async () => {
  const asked: unknown[] = [];
  const positions = {
    waitFor: (of: readonly unknown[]) => {
      asked.push(of);
      return Promise.resolve({ reached: true } as const);
    },
  };
  const stored = new StoredLog({ positions, topic: 't', timeoutMs: 1, what: 'traces' });
  await stored.until([
    { partition: 0, nextOffset: 0 },
    { partition: 1, nextOffset: 5 },
  ]);
  await stored.until([{ partition: 1, nextOffset: 5 }]);
  await stored.until([{ partition: 1, nextOffset: 6 }]);
  expect(asked).toEqual([[{ topic: 't', partition: 1, offset: 4 }], [{ topic: 't', partition: 1, offset: 5 }]]);
});

it('says what is behind, and waits for it again', async () => {
  const positions = {
    waitFor: <P>(missing: readonly P[]) => Promise.resolve({ reached: false, missing } as const),
  };
  const stored = new StoredLog({ positions, topic: 't', timeoutMs: 1, what: 'traces' });
  for (const _ of [1, 2]) {
    await expect(stored.until([{ partition: 1, nextOffset: 5 }])).rejects.toThrow(
      expect.objectContaining({
        code: 'TRACKING_HISTORY_BEHIND',
        message: 'traces are not yet stored up to the writes that were acknowledged: 1 partitions are behind',
      }),
    );
  }
});
