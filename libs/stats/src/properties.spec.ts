import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binNumbers, countIntoBins, sturgesEdges } from './bins.ts';
import { chiSquareContingency, chiSquareOfCounts, numericChiSquare } from './chi-square.ts';
import { areaUnderRoc, classificationQuality } from './classification-quality.ts';
import { finiteValues } from './finite-values.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovOfSorted } from './kolmogorov-smirnov.ts';
import { kolmogorovSurvival } from './ks-one-sample-law.ts';
import { numericPsi } from './population-stability-index.ts';
import { quantileOfSorted } from './quantile.ts';
import { upperGamma } from './regularised-gamma.ts';
import { smirnovSurvival } from './smirnov.ts';

const value = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
);
const sample = fc.array(value, { maxLength: 80 });
const finiteSample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 80 });

describe('Kolmogorov-Smirnov', () => {
  test('does not depend on which side is the reference', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const forth = kolmogorovSmirnov(a, b);
        const back = kolmogorovSmirnov(b, a);
        expect(forth === null).toBe(finiteValues(a).length === 0 || finiteValues(b).length === 0);
        expect(forth?.statistic).toBe(back?.statistic);
        if (forth !== null) expect(forth.pValue).toBeCloseTo(back?.pValue ?? Number.NaN, 12);
      }),
    );
  });

  test('is a distance and a probability, and equal samples are at distance 0 with p = 1', () => {
    fc.assert(
      fc.property(finiteSample, finiteSample, (a, b) => {
        const result = kolmogorovSmirnov(a, b);
        expect(result?.statistic).toBeGreaterThanOrEqual(0);
        expect(result?.statistic).toBeLessThanOrEqual(1);
        expect(result?.pValue).toBeGreaterThanOrEqual(0);
        expect(result?.pValue).toBeLessThanOrEqual(1);
        expect(kolmogorovSmirnov(a, [...a].reverse())).toMatchObject({ statistic: 0, pValue: 1 });
      }),
    );
  });

  test('equals a count of every distinct value by hand', () => {
    fc.assert(
      fc.property(finiteSample, finiteSample, (a, b) => {
        const share = (side: readonly number[], limit: number): number =>
          side.filter((v) => v <= limit).length / side.length;
        const byHand = Math.max(...[...a, ...b].map((v) => Math.abs(share(a, v) - share(b, v))));
        expect(kolmogorovSmirnov(a, b)?.statistic).toBeCloseTo(byHand, 12);
      }),
    );
  });

  test('takes sorted samples without changing them', () => {
    const reference = Float64Array.of(1, 2, 3);
    const current = Float64Array.of(2, 3, 4);
    expect(kolmogorovSmirnovOfSorted(reference, current)).toEqual(kolmogorovSmirnov([3, 2, 1], [4, 3, 2]));
    expect([...reference, ...current]).toEqual([1, 2, 3, 2, 3, 4]);
  });

  test('the law falls from 1 to 0 as the distance grows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, x) => {
        const here = kolmogorovSurvival(n, x);
        expect(here).toBeGreaterThanOrEqual(0);
        expect(here).toBeLessThanOrEqual(1);
        expect(kolmogorovSurvival(n, Math.min(1, x + 0.01))).toBeLessThanOrEqual(here + 1e-9);
        expect(smirnovSurvival(n, x)).toBeLessThanOrEqual(here + 1e-9);
      }),
      { numRuns: 60 },
    );
  });
});

describe('bins', () => {
  test('hold every row of both sides once', () => {
    fc.assert(
      fc.property(finiteSample, finiteSample, (a, b) => {
        const counts = binNumbers(Float64Array.from(a), Float64Array.from(b));
        const sum = (side: Float64Array): number => side.reduce((total, count) => total + count, 0);
        expect([sum(counts.reference), sum(counts.current)]).toEqual([a.length, b.length]);
      }),
    );
  });

  test('are closed on the left, the last one on both sides', () => {
    const edges = sturgesEdges(Float64Array.of(0, 1), Float64Array.of(2, 4));
    expect([...edges]).toEqual([0, 4 / 3, 8 / 3, 4]);
    expect([...countIntoBins(Float64Array.of(0, 4 / 3, 8 / 3, 4, 4.1, -1), edges)]).toEqual([1, 1, 2]);
  });
});

describe('population stability index', () => {
  test('is symmetric, never negative and 0 for a sample against itself', () => {
    fc.assert(
      fc.property(finiteSample, (a) => {
        expect(numericPsi(a, a)).toBe(0);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }),
        (a, b) => {
          const psi = numericPsi(a, b);
          expect(psi).toBeGreaterThanOrEqual(0);
          expect(psi).toBeCloseTo(numericPsi(b, a) ?? Number.NaN, 9);
        },
      ),
    );
  });

  test('says nothing about a side without values', () => {
    expect(numericPsi([], [1])).toBeNull();
    expect(numericPsi([1], [Number.NaN])).toBeNull();
  });
});

describe('any doubles', () => {
  const LARGEST = Number.MAX_VALUE;
  const extreme = fc.oneof(
    { weight: 3, arbitrary: fc.double() },
    fc.constantFrom(LARGEST, -LARGEST, 1.7e308, -1.7e308, 0, -0, 5e-324, -5e-324, 1e-323, 1, 2 ** 53),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  const extremes = fc.oneof(
    fc.array(extreme, { maxLength: 60 }),
    // Constant, and many values within the smallest numbers: ranges of which a bin's width is 0.
    fc.tuple(extreme, fc.integer({ min: 0, max: 60 })).map(([value, n]) => Array.from({ length: n }, () => value)),
    fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 60 }).map((steps) => steps.map((step) => step * 5e-324)),
    fc.array(fc.double({ min: 1e308, noNaN: true, noDefaultInfinity: true }), { minLength: 25, maxLength: 60 }),
    fc.array(fc.double({ max: -1e308, noNaN: true, noDefaultInfinity: true }), { minLength: 25, maxLength: 60 }),
  );

  test('have every statistic, or null where a side has no number', () => {
    fc.assert(
      fc.property(extremes, extremes, (a, b) => {
        const isEmpty = finiteValues(a).length === 0 || finiteValues(b).length === 0;
        const [psi, ks, chiSquare] = [numericPsi(a, b), kolmogorovSmirnov(a, b), numericChiSquare(a, b)];
        expect([psi, ks, chiSquare].map((found) => found === null)).toEqual([isEmpty, isEmpty, isEmpty]);
        if (psi === null || ks === null || chiSquare === null) return;
        expect(psi).toBeGreaterThanOrEqual(0);
        expect(psi).toBeLessThan(Number.POSITIVE_INFINITY);
        for (const share of [ks.statistic, ks.pValue, chiSquare.pValue]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        expect(chiSquare.statistic).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  test('are all counted between ascending edges', () => {
    fc.assert(
      fc.property(extremes, extremes, (a, b) => {
        const edges = sturgesEdges(Float64Array.from(a), Float64Array.from(b));
        expect([...edges]).toEqual([...edges].sort((x, y) => x - y));
        expect(edges.every((edge) => Number.isFinite(edge))).toBe(true);
        const counted = countIntoBins(Float64Array.from(a), edges).reduce((sum, count) => sum + count, 0);
        expect(counted).toBe(finiteValues(a).length);
      }),
      { numRuns: 1000 },
    );
  });

  test('have quantiles between the smallest and the largest, and their quality is a number or null', () => {
    fc.assert(
      fc.property(extremes, fc.double({ min: 0, max: 1, noNaN: true }), (a, q) => {
        const sorted = finiteValues(a).sort();
        const found = quantileOfSorted(sorted, q);
        expect(found === null).toBe(sorted.length === 0);
        if (found !== null) expect(found >= (sorted[0] ?? 0) && found <= (sorted.at(-1) ?? 0)).toBe(true);
        const quality = Object.values(classificationQuality({ scores: a, labels: [...a].reverse() }));
        expect(quality.every((value) => value === null || !Number.isNaN(value))).toBe(true);
      }),
    );
  });

  test('that differ by a power of two are binned alike, also where their range is no double', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 30, maxLength: 80 }), (values) => {
        const coarse = values.map((value) => Math.round(value * 2 ** 40) * 2 ** -40);
        const [left, right] = [coarse.slice(0, 15), coarse.slice(15)];
        // The power of two of the largest doubles: -1 and 1 become -8.99e307 and 8.99e307, and twice that is the range.
        const large = (side: readonly number[]): number[] => [...side, -1, 1].map((value) => value * 2 ** 1023);
        const small = (side: readonly number[]): number[] => [...side, -1, 1];
        expect(numericPsi(large(left), large(right))).toBe(numericPsi(small(left), small(right)));
      }),
    );
  });
});

describe('chi-square', () => {
  test('of bins does not depend on which side is the reference, and equal shares are at distance 0', () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
      minLength: 2,
      maxLength: 15,
    });
    fc.assert(
      fc.property(counts, (pairs) => {
        const sides = [[1, 1] as const, ...pairs];
        const reference = Float64Array.from(sides, ([count]) => count);
        const current = Float64Array.from(sides, ([, count]) => count);
        const forth = chiSquareContingency({ reference, current });
        expect(forth.statistic).toBeCloseTo(
          chiSquareContingency({ reference: current, current: reference }).statistic,
          9,
        );
        expect(forth.degreesOfFreedom).toBe(sides.filter(([left, right]) => left + right > 0).length - 1);
        const same = chiSquareContingency({ reference, current: reference.map((count) => 3 * count) });
        expect(same.statistic).toBeCloseTo(0, 9);
        expect(same.pValue).toBeCloseTo(1, 9);
      }),
    );
  });

  test('leaves out what neither side holds', () => {
    const counts = { reference: Float64Array.of(5, 0, 5), current: Float64Array.of(4, 0, 6) };
    expect(chiSquareOfCounts(counts).degreesOfFreedom).toBe(1);
    expect(chiSquareOfCounts(counts).statistic).toBeCloseTo(0.4, 12);
  });
});

describe('quality of a classifier', () => {
  const rows = fc.array(fc.record({ score: fc.integer({ min: 0, max: 10 }), label: fc.boolean() }), { maxLength: 60 });
  test('the area under the curve counts pairs in order, ties one half', () => {
    fc.assert(
      fc.property(rows, (sample) => {
        const labels = sample.map((row) => Number(row.label));
        const positives = sample.filter((row) => row.label);
        const negatives = sample.filter((row) => !row.label);
        const inOrder = positives
          .flatMap((p) => negatives.map((n) => (p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0)))
          .reduce((sum: number, credit) => sum + credit, 0);
        const pairs = positives.length * negatives.length;
        const area = areaUnderRoc({ scores: sample.map((row) => row.score), labels });
        if (pairs === 0) expect(area).toBeNull();
        else expect(area).toBeCloseTo(inOrder / pairs, 12);
      }),
    );
  });

  test('a row without a score is left out and an empty sample has no quality', () => {
    expect(classificationQuality({ scores: [Number.NaN, 0.9], labels: [1, 1] }).rows).toBe(1);
    expect(classificationQuality({ scores: [], labels: [] })).toMatchObject({
      rows: 0,
      accuracy: null,
      auc: null,
      logLoss: null,
    });
  });
});

test('the regularised gamma function falls in x and rises in its shape', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.double({ min: 0, max: 500, noNaN: true }), (half, x) => {
      const here = upperGamma(half / 2, x);
      expect(upperGamma(half / 2, x + 1)).toBeLessThanOrEqual(here + 1e-12);
      expect(upperGamma(half / 2 + 1, x)).toBeGreaterThanOrEqual(here - 1e-12);
    }),
  );
});

test('a quantile interpolates between its neighbours', () => {
  expect(quantileOfSorted([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantileOfSorted([7], 0.95)).toBe(7);
  expect(quantileOfSorted([], 0.5)).toBeNull();
});
