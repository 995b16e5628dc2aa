import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../identity.ts';
import { Watermarks } from './watermarks.ts';

const identity = fc.record<Identity>({
  lane: fc.constantFrom('fraud@1', 'fraud@2', 'a|b', ''),
  sourceTopic: fc.constantFrom('transactions', 'clicks'),
  generation: fc.integer({ min: 0, max: 1 }),
  sourcePartition: fc.integer({ min: 0, max: 3 }),
  sourceOffset: fc.integer({ min: 0, max: 50 }),
});

describe('Watermarks', () => {
  it('accepts exactly what is above everything accepted before in its lane and source partition', () => {
    fc.assert(
      fc.property(fc.array(identity, { maxLength: 200 }), (identities) => {
        const watermarks = Watermarks.empty();
        const model = new Map<string, number>();
        for (const one of identities) {
          const key = JSON.stringify([one.lane, one.sourceTopic, one.generation, one.sourcePartition]);
          const accepted = one.sourceOffset > (model.get(key) ?? -1);
          if (accepted) model.set(key, one.sourceOffset);
          expect(watermarks.accept(one)).toBe(accepted);
          expect(watermarks.get(one)).toBe(model.get(key));
        }
        expect(watermarks.size).toBe(model.size);
      }),
    );
  });

  it('lets everything through that was made on request, in any order, and remembers nothing of it', () => {
    const watermarks = Watermarks.empty();
    const lane = { lane: 'fraud', sourceTopic: 'rest', generation: 0, sourcePartition: 0 };
    const accepted = [9, 3, 3].map((sourceOffset) => watermarks.accept({ ...lane, sourceOffset, requestId: 'r' }));
    expect(accepted).toEqual([true, true, true]);
    expect(watermarks.size).toBe(0);
    expect(watermarks.accept({ ...lane, sourceOffset: 1, requestId: null })).toBe(true);
    expect(watermarks.accept({ ...lane, sourceOffset: 1, requestId: null })).toBe(false);
  });

  it('leaves each side of a fork as it was when the other goes on', () => {
    fc.assert(
      fc.property(fc.array(identity), fc.array(identity), fc.array(identity), (before, left, right) => {
        const original = Watermarks.empty();
        for (const one of before) original.accept(one);
        const fork = original.fork();
        const leftTwin = Watermarks.fromJSON(original.toJSON());
        const rightTwin = Watermarks.fromJSON(original.toJSON());
        for (const one of left) expect(original.accept(one)).toBe(leftTwin.accept(one));
        for (const one of right) expect(fork.accept(one)).toBe(rightTwin.accept(one));
        expect(original.toJSON()).toEqual(leftTwin.toJSON());
        expect(fork.toJSON()).toEqual(rightTwin.toJSON());
      }),
    );
  });

  it('keeps the lanes that are still live', () => {
    const watermarks = Watermarks.empty();
    const at = { sourceTopic: 't', generation: 0, sourcePartition: 1, sourceOffset: 5 };
    watermarks.accept({ lane: 'old', ...at });
    watermarks.accept({ lane: 'new', ...at });
    watermarks.retainLanes((lane) => lane === 'new');
    expect(watermarks.toJSON()).toEqual([['new', 't', 0, [1, 5]]]);
  });

  it('forgets the generations that nobody can write any more', () => {
    const watermarks = Watermarks.empty();
    const at = (generation: number, lane = 'a') => ({
      lane,
      sourceTopic: 't',
      generation,
      sourcePartition: 0,
      sourceOffset: 5,
    });
    for (const one of [at(0), at(0, 'b'), at(1), at(2)]) watermarks.accept(one);
    expect(watermarks.toJSON()).toEqual([
      ['b', 't', 0, [0, 5]],
      ['a', 't', 1, [0, 5]],
      ['a', 't', 2, [0, 5]],
    ]);
    expect(watermarks.accept(at(1))).toBe(false);
  });
});
