import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFence, encodeFence } from './fence.ts';
import type { Fence } from './fence.ts';
import { PartitionProgress } from './partition-progress.ts';
import type { SourceRecord } from './source-record.ts';
import { Watermarks } from './watermarks.ts';

/** A log of derived records in which crashes of the producer left repeats: offset to source offset. */
const logs = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 60 });

function recordAt(offset: number): SourceRecord {
  return {
    topic: 't',
    partition: 0,
    offset,
    timestampMs: 0,
    key: null,
    value: Buffer.from(String(offset)),
    headers: {},
  };
}

const source = { lane: 'l', sourceTopic: 's', generation: 0, sourcePartition: 0 };
const fresh: Fence = { nextOffset: 0, generation: 0, partitions: 1, lastHash: '', watermarks: Watermarks.empty() };

type Step =
  | { readonly kind: 'handle'; readonly size: number; readonly hold: boolean; readonly fails: boolean }
  | { readonly kind: 'flush'; readonly upTo: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'crash' };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('handle' as const),
      size: fc.integer({ min: 1, max: 7 }),
      hold: fc.boolean(),
      fails: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('flush' as const), upTo: fc.nat({ max: 60 }) }),
    fc.constant<Step>({ kind: 'commit' }),
    fc.constant<Step>({ kind: 'crash' }),
  ),
  { maxLength: 60 },
);

/** Effects that survive: written when a batch or a flush makes them durable, each with the log offset it came from. */
class Sink {
  readonly durable: { at: number; sourceOffset: number }[] = [];
  #held: { at: number; sourceOffset: number }[] = [];

  hold(rows: readonly { at: number; sourceOffset: number }[]): void {
    this.#held.push(...rows);
  }

  flush(upTo: number): void {
    this.durable.push(...this.#held.filter(({ at }) => at < upTo));
    this.#held = this.#held.filter(({ at }) => at >= upTo);
  }

  crash(): void {
    this.#held = [];
  }
}

describe('PartitionProgress', () => {
  it('never commits watermarks of records that would be read again, and none that are ahead of their effects', () => {
    fc.assert(
      fc.property(logs, steps, (log, plan) => {
        let committed: { offset: number; metadata: string } | null = null;
        const start = (): PartitionProgress =>
          new PartitionProgress(
            committed === null ? fresh : (decodeFence(committed.offset, committed.metadata) ?? fresh),
          );
        let progress = start();
        const sink = new Sink();
        const commit = (): void => {
          const fence = progress.fence();
          committed = { offset: fence.nextOffset, metadata: encodeFence(fence) };
          progress.markCommitted(fence);
          // The invariant: the fence's watermarks are exactly those of the records before its offset.
          const model = Watermarks.empty();
          for (const [, sourceOffset] of log.slice(0, fence.nextOffset).entries())
            model.accept({ ...source, sourceOffset });
          expect(fence.watermarks.toJSON()).toEqual(model.toJSON());
        };
        const end = [
          ...plan,
          { kind: 'crash' } as const,
          { kind: 'handle', size: 99, hold: false, fails: false } as const,
        ];
        for (const step of end) {
          if (step.kind === 'handle') {
            const from = progress.position;
            const nextOffset = Math.min(log.length, from + step.size);
            if (nextOffset === from) continue;
            const watermarks = progress.forkWatermarks();
            const rows = log
              .slice(from, nextOffset)
              .map((sourceOffset, i) => ({ at: from + i, sourceOffset }))
              .filter(({ sourceOffset }) => watermarks.accept({ ...source, sourceOffset }));
            // A failed call leaves nothing behind.
            if (step.fails) continue;
            sink.hold(rows);
            if (!step.hold) sink.flush(nextOffset);
            progress.handled({
              nextOffset,
              lastRecord: recordAt(nextOffset - 1),
              watermarks,
              note: undefined,
              result: { hold: step.hold },
            });
          } else if (step.kind === 'flush') {
            const durableUpTo = boundaryBelow(progress, step.upTo);
            sink.flush(durableUpTo);
            const { position } = progress;
            progress.handled({
              nextOffset: position,
              lastRecord: null,
              watermarks: progress.forkWatermarks(),
              note: undefined,
              result: { durableUpTo },
            });
          } else if (step.kind === 'commit') commit();
          else {
            sink.crash();
            progress = start();
          }
          expect(progress.durable).toBeLessThanOrEqual(progress.position);
        }
        // At least once, and what is written twice is a whole repeat of what came after the last commit.
        const written = new Set(sink.durable.map(({ sourceOffset }) => sourceOffset));
        const expected = Watermarks.empty();
        for (const sourceOffset of log)
          if (expected.accept({ ...source, sourceOffset })) expect(written.has(sourceOffset)).toBe(true);
      }),
    );
  });

  it('keeps an intent in every commit until its range is durable', () => {
    const progress = new PartitionProgress({ ...fresh, intent: 5 });
    expect(progress.fence().intent).toBe(5);
    const step = (nextOffset: number): void =>
      progress.handled({
        nextOffset,
        lastRecord: recordAt(nextOffset - 1),
        watermarks: progress.forkWatermarks(),
        note: undefined,
        result: {},
      });
    step(3);
    expect(progress.fence()).toMatchObject({ nextOffset: 3, intent: 5 });
    step(5);
    expect(progress.fence().intent).toBeUndefined();
  });

  it('commits the note of the position that is durable, not the one of what is held', () => {
    const progress = new PartitionProgress({ ...fresh, note: 'at 0' });
    const step = (nextOffset: number, hold: boolean): void =>
      progress.handled({
        nextOffset,
        lastRecord: recordAt(nextOffset - 1),
        watermarks: progress.forkWatermarks(),
        note: `at ${nextOffset}`,
        result: { hold },
      });
    step(2, true);
    step(4, true);
    expect([progress.note, progress.fence().note]).toEqual(['at 4', 'at 0']);
    const flushed = { lastRecord: null, watermarks: progress.forkWatermarks(), note: progress.note };
    progress.handled({ ...flushed, nextOffset: 4, result: { durableUpTo: 2 } });
    expect(progress.fence()).toMatchObject({ nextOffset: 2, note: 'at 2' });
    progress.handled({ ...flushed, nextOffset: 4, result: {} });
    expect(progress.fence()).toMatchObject({ nextOffset: 4, note: 'at 4' });
  });
});

/** Durable positions are ends of batches here: where the fake sink can cut its held rows. */
function boundaryBelow(progress: PartitionProgress, upTo: number): number {
  return upTo >= progress.position ? progress.position : progress.durable;
}
