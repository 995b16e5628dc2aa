import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFence, encodeFence, MAX_FENCE_BYTES } from './fence.ts';
import type { Fence } from './fence.ts';
import { Watermarks } from './watermarks.ts';

function withWatermarks(lanes: number, partitions: number): Watermarks {
  const watermarks = Watermarks.empty();
  for (let lane = 0; lane < lanes; lane++)
    for (let sourcePartition = 0; sourcePartition < partitions; sourcePartition++)
      watermarks.accept({
        lane: `service-${lane}@1`,
        sourceTopic: 'transactions',
        generation: 0,
        sourcePartition,
        sourceOffset: (lane * 7919 + sourcePartition * 104_729) % 1_000_000_007,
      });
  return watermarks;
}

const fences = fc.record({
  nextOffset: fc.nat(),
  generation: fc.nat({ max: 9 }),
  partitions: fc.integer({ min: 1, max: 64 }),
  lastHash: fc.constantFrom('', '41:abcDEF_-1234'),
  watermarks: fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 32 })).map(([lanes, of]) => withWatermarks(lanes, of)),
  intent: fc.option(fc.nat(), { nil: undefined }),
  note: fc.option(fc.string(), { nil: undefined }),
});

describe('the metadata of an offset commit', () => {
  it('gives back the fence that was written, readable or compressed', () => {
    fc.assert(
      fc.property(fences, ({ intent, note, ...rest }) => {
        const fence: Fence = {
          ...rest,
          ...(intent === undefined ? {} : { intent }),
          ...(note === undefined ? {} : { note }),
        };
        const decoded = decodeFence(fence.nextOffset, encodeFence(fence));
        expect({ ...decoded, watermarks: decoded?.watermarks.toJSON() }).toEqual({
          ...fence,
          watermarks: fence.watermarks.toJSON(),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('holds the watermarks of forty lanes over sixty-four partitions', () => {
    const fence = { nextOffset: 1, generation: 0, partitions: 64, lastHash: '', watermarks: withWatermarks(40, 64) };
    expect(Buffer.byteLength(encodeFence(fence))).toBeLessThan(MAX_FENCE_BYTES);
  });

  it('is refused with a code when it does not fit', () => {
    const fence = { nextOffset: 1, generation: 0, partitions: 64, lastHash: '', watermarks: withWatermarks(200, 64) };
    expect(() => encodeFence(fence)).toThrow(expect.objectContaining({ code: 'EVENTS_FENCE_TOO_LARGE' }));
  });

  it('is no fence when another tool committed', () => {
    for (const metadata of [null, '', 'x', '{}', '[]', 'z:####', '{"g":"0","p":1}', 'null', '7'])
      expect(decodeFence(3, metadata)).toBeNull();
  });
});
