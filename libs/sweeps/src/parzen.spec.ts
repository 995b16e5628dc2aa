import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisOf } from './axis.ts';
import { categoricalDensity, normalCdf, parzenDensity } from './parzen.ts';
import { seededRandom } from './random.ts';

describe('a density', () => {
  const observed = fc.array(fc.double({ min: 0.5, max: 8, noNaN: true }), { maxLength: 30 });

  it('of a continuous parameter integrates to one', () => {
    const axis = axisOf({ kind: 'uniform', low: 0.5, high: 8 });
    fc.assert(
      fc.property(observed, (values) => {
        const density = parzenDensity(axis, values);
        const width = 7.5 / 4000;
        const points = Array.from({ length: 4000 }, (_, i) => 0.5 + (i + 0.5) * width);
        const mass = points.reduce((sum, x) => sum + Math.exp(density.log(x)) * width, 0);
        expect(mass).toBeCloseTo(1, 2);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it.each(['linear', 'log'] as const)('of a stepped parameter on a %s scale sums to one', (scale) => {
    const axis = axisOf({ kind: 'int', low: 1, high: 8, step: 1, scale });
    fc.assert(
      fc.property(observed, (values) => {
        const density = parzenDensity(axis, values.map(Math.round));
        const mass = [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, x) => sum + Math.exp(density.log(x)), 0);
        expect(mass).toBeCloseTo(1, 5);
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it('draws where it was observed more often', () => {
    const axis = axisOf({ kind: 'uniform', low: 0, high: 10 });
    const density = parzenDensity(axis, [2, 2.1, 2.2, 1.9, 1.8, 2.05, 1.95, 2.15]);
    const random = seededRandom(3);
    const near = Array.from({ length: 400 }, () => density.draw(random)).filter((x) => x > 1 && x < 3);
    // 80 of them if every place were alike; the kernel beside the prior is wide.
    expect(near.length).toBeGreaterThan(220);
  });

  it('of choices has one more of each than was observed', () => {
    const density = categoricalDensity(['a', 'b', 'c'], ['a', 'a', 'b']);
    expect(['a', 'b', 'c'].map((choice) => Math.exp(density.log(choice)) * 6)).toEqual([
      expect.closeTo(3) as number,
      expect.closeTo(2) as number,
      expect.closeTo(1) as number,
    ]);
  });
});

it.each([
  [0, 0.5],
  [1, 0.8413447461],
  [-1.96, 0.0249978951],
  [3, 0.998650102],
])('the normal distribution at %d is %d', (z, expected) => {
  expect(Math.abs(normalCdf(z) - expected)).toBeLessThan(1.5e-7);
});
