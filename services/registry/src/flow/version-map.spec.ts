import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aVersion } from './registry-under-test.ts';
import { VersionMap } from './version-map.ts';

describe('the versions of a model', () => {
  it('are what a map holds after the same changes, and every earlier map stays as it was', () => {
    const change = fc.record({ number: fc.integer({ min: 1, max: 40_000 }), removes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const plain = new Map<number, unknown>();
        let map = VersionMap.empty;
        const earlier: { map: VersionMap; held: number[] }[] = [];
        for (const { number, removes } of changes) {
          earlier.push({ map, held: [...map.keys()] });
          if (removes) plain.delete(number);
          else plain.set(number, true);
          map = removes ? map.without(number) : map.with(aVersion({ version: number }));
          expect(map.has(number)).toBe(!removes);
        }
        expect([...map.keys()]).toEqual([...plain.keys()].sort((a, b) => a - b));
        expect(map.size).toBe(plain.size);
        for (const { map: old, held } of earlier) expect([...old.keys()]).toEqual(held);
      }),
    );
  });

  it('share what did not change, so that a write costs the same among ten thousand', () => {
    let map = VersionMap.empty;
    for (let number = 1; number <= 10_000; number += 1) map = map.with(aVersion({ version: number }));
    const untouched = map.get(1);
    const next = map.with(aVersion({ version: 10_001 }));
    expect(next.get(1)).toBe(untouched);
    expect([next.size, [...next.values()].length, next.get(10_001)?.version]).toEqual([10_001, 10_001, 10_001]);
  });

  it('differ in the numbers that were written since, however much the map grew', () => {
    const change = fc.record({ number: fc.integer({ min: 1, max: 40_000 }), removes: fc.boolean() });
    const changes = fc.array(change, { maxLength: 30 });
    fc.assert(
      fc.property(changes, changes, (earlier, later) => {
        const applied = (from: VersionMap, all: typeof earlier) =>
          all.reduce(
            (map, { number, removes }) => (removes ? map.without(number) : map.with(aVersion({ version: number }))),
            from,
          );
        const before = applied(VersionMap.empty, earlier);
        const after = applied(before, later);
        const numbers = new Set([...before.keys(), ...after.keys()]);
        const expected = [...numbers].filter((number) => before.get(number) !== after.get(number));
        expect(before.differences(after)).toEqual(expected.sort((a, b) => a - b));
        expect(after.differences(before)).toEqual(before.differences(after));
      }),
    );
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53, 99])('have none under the number %s that was never given', (number) => {
    const map = VersionMap.empty.with(aVersion({ version: 1 })).with(aVersion({ version: 33 }));
    expect(map.get(number)).toBeUndefined();
  });

  it('can have numbers beyond 32 bits', () => {
    const map = VersionMap.empty.with(aVersion({ version: 1 })).with(aVersion({ version: 2 ** 33 + 5 }));
    expect([...map.keys()]).toEqual([1, 2 ** 33 + 5]);
    expect(map.get(2 ** 33 + 5)?.version).toBe(2 ** 33 + 5);
  });
});
