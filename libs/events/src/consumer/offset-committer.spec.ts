import { describe, expect, it } from 'vitest';
import { EventsError, TransientError } from '../errors.ts';
import { decodeFence } from './fence.ts';
import { OffsetCommitter } from './offset-committer.ts';
import type { Committable, CommitterSetting } from './offset-committer.ts';
import { PartitionProgress } from './partition-progress.ts';
import { Watermarks } from './watermarks.ts';

type Offsets = Parameters<CommitterSetting<Committable>['commit']>[0];

/** A group coordinator that a test can stop, slow down and ask. */
class Coordinator {
  readonly commits: Offsets[] = [];
  readonly failures: { partition: number; error: Error }[] = [];
  postponed = 0;
  isMember = true;
  answers: (() => Promise<void>)[] = [];
  readonly committer = new OffsetCommitter<Committable>({
    intervalMs: 60_000,
    commit: (offsets) => {
      if (!this.isMember) return false;
      this.commits.push(offsets);
      return this.answers.shift()?.() ?? Promise.resolve();
    },
    committed: () => undefined,
    failed: ({ place }, error) => this.failures.push({ partition: place.partition, error }),
    postponed: () => (this.postponed += 1),
  });
}

function worker(partition: number): Committable & { live: boolean } {
  const start = { nextOffset: 0, generation: 0, partitions: 9, lastHash: '', watermarks: Watermarks.empty() };
  return { place: { topic: 't', partition }, live: true, progress: new PartitionProgress(start) };
}

function advance({ progress }: Committable, nextOffset: number): void {
  const record = { topic: 't', partition: 0, timestampMs: 0, key: null, value: null, headers: {} };
  progress.handled({
    nextOffset,
    lastRecord: { ...record, offset: nextOffset - 1 },
    watermarks: progress.forkWatermarks(),
    note: undefined,
    result: {},
  });
}

describe('OffsetCommitter', () => {
  it('commits what moved, together, and nothing again', async () => {
    const { committer, commits } = new Coordinator();
    const [one, two, still] = [worker(1), worker(2), worker(3)];
    advance(one, 5);
    advance(two, 7);
    for (const each of [one, two, still]) committer.mark(each);
    await committer.flush();
    await committer.flush();
    expect(commits).toHaveLength(1);
    expect(commits[0]).toMatchObject([
      { topic: 't', partition: 1, offset: '5' },
      { topic: 't', partition: 2, offset: '7' },
    ]);
    expect(one.progress.committed).toBe(5);
    committer.close();
  });

  it('leaves out a partition that has moved away, also when it was marked before', async () => {
    const { committer, commits } = new Coordinator();
    const [mine, moved] = [worker(1), worker(2)];
    for (const each of [mine, moved]) {
      advance(each, 5);
      committer.mark(each);
    }
    moved.live = false;
    await committer.flush();
    expect(commits.flat().map(({ partition }) => partition)).toEqual([1]);
    committer.close();
  });

  it('never has two commits under way, and the later one is the newer', async () => {
    const coordinator = new Coordinator();
    const { committer, commits } = coordinator;
    const slow = Promise.withResolvers<void>();
    coordinator.answers = [() => slow.promise];
    const one = worker(1);
    advance(one, 5);
    committer.mark(one);
    const first = committer.flush();
    await Promise.resolve();
    advance(one, 8);
    committer.mark(one);
    const second = committer.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(commits).toHaveLength(1);
    slow.resolve();
    await Promise.all([first, second]);
    expect(commits.flat().map(({ offset }) => offset)).toEqual(['5', '8']);
    committer.close();
  });

  it('tries again what failed and says so once an outage', async () => {
    const coordinator = new Coordinator();
    const { committer } = coordinator;
    const down = (): Promise<void> => Promise.reject(new Error('down'));
    coordinator.answers = [down, down];
    const one = worker(1);
    advance(one, 5);
    committer.mark(one);
    for (let i = 0; i < 3; i++) await committer.flush();
    expect(one.progress.committed).toBe(5);
    expect(coordinator.postponed).toBe(1);
    committer.close();
  });

  it('commits an intent without moving the offset, and fails when it may not', async () => {
    const coordinator = new Coordinator();
    const { committer, commits } = coordinator;
    const one = worker(1);
    advance(one, 5);
    await committer.commitIntent(one, 9);
    const [commit] = commits.flat();
    expect(decodeFence(Number(commit?.offset), commit?.metadata ?? null)).toMatchObject({ nextOffset: 5, intent: 9 });
    coordinator.isMember = false;
    await expect(committer.commitIntent(one, 9)).rejects.toThrow(TransientError);
    coordinator.isMember = true;
    coordinator.answers = [() => Promise.reject(new Error('down'))];
    await expect(committer.commitIntent(one, 9)).rejects.toThrow(TransientError);
    committer.close();
  });

  it('stops the partition whose fence the broker finds too long, and the others go on', async () => {
    const coordinator = new Coordinator();
    const { committer } = coordinator;
    const tooLarge = Object.assign(new Error('too large'), { type: 'OFFSET_METADATA_TOO_LARGE' });
    coordinator.answers = [() => Promise.reject(tooLarge)];
    const [short, long] = [worker(1), worker(2)];
    advance(short, 5);
    advance(long, 500_000);
    for (const each of [short, long]) committer.mark(each);
    await committer.flush();
    expect(coordinator.failures).toMatchObject([{ partition: 2, error: { code: 'EVENTS_FENCE_TOO_LARGE' } }]);
    expect(coordinator.failures[0]?.error).toBeInstanceOf(EventsError);
    await committer.flush();
    expect(short.progress.committed).toBe(5);
    committer.close();
  });
});
