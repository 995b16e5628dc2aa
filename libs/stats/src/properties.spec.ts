import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binNumbers, countIntoBins, sturgesEdges } from './bins.ts';
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
