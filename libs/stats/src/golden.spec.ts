import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { categoricalChiSquare, numericChiSquare } from './chi-square.ts';
import { classificationQuality } from './classification-quality.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { kolmogorovSurvival } from './ks-one-sample-law.ts';
import { categoricalPsi, numericPsi } from './population-stability-index.ts';
import { chiSquareSurvival } from './regularised-gamma.ts';
import { goldenSample } from './golden-sample.ts';
import type { GoldenFile } from './golden-sample.ts';

const golden = JSON.parse(readFileSync(new URL('../golden/golden.json', import.meta.url), 'utf8')) as GoldenFile;

/** 1e-9, relative above 1 and for small probabilities alike; below 1e-15 the peer's own digits are rounding (it computes 1 − cdf). */
function expectNear(actual: number | null | undefined, wanted: number): void {
  expect(actual).toBeTypeOf('number');
  const difference = Math.abs((actual ?? Number.NaN) - wanted);
  expect(difference, `${String(actual)} is not ${wanted}`).toBeLessThanOrEqual(1e-9 * Math.abs(wanted) + 1e-15);
}

describe('numbers are compared as SciPy and Evidently compare them', () => {
  test.each(golden.numeric)('$name', (wanted) => {
    const reference = goldenSample(wanted.reference);
    const current = goldenSample(wanted.current);
    const ks = kolmogorovSmirnov(reference, current);
    expectNear(ks?.statistic, wanted.ksStatistic);
    expectNear(ks?.pValue, wanted.ksPValue);
    expectNear(numericPsi(reference, current), wanted.psi);
    const chiSquare = numericChiSquare(reference, current);
    expectNear(chiSquare?.pValue, chiSquareProbability(wanted.chiSquarePValue));
    if (wanted.chiSquareStatistic !== undefined) expectNear(chiSquare?.statistic, Number(wanted.chiSquareStatistic));
  });
});

describe('categories are compared as Evidently compares them', () => {
  test.each(golden.categorical)('$name', ({ reference, current, psi, chiSquarePValue }) => {
    expectNear(categoricalPsi(reference, current), psi);
    expectNear(categoricalChiSquare(reference, current)?.pValue, chiSquareProbability(chiSquarePValue));
  });
});

describe('classifiers are judged as scikit-learn judges them', () => {
  test.each(golden.quality)('$name', (wanted) => {
    const quality = classificationQuality({ scores: goldenSample(wanted.scores), labels: goldenSample(wanted.labels) });
    for (const metric of ['accuracy', 'precision', 'recall', 'f1', 'auc', 'logLoss'] as const) {
      const value = wanted[metric];
      if (value === null) expect(quality[metric]).toBeNull();
      else expectNear(quality[metric], value);
    }
  });
});

test('the one-sample Kolmogorov-Smirnov law equals scipy.stats.kstwo on every branch of its algorithm', () => {
  for (const [n, x, wanted] of golden.kolmogorovSurvival) expectNear(kolmogorovSurvival(n, x), wanted);
});

test('the chi-square survival function equals scipy.special.chdtrc from the centre to the far tail', () => {
  for (const [degrees, x, wanted] of golden.chiSquareSurvival) expectNear(chiSquareSurvival(degrees, x), wanted);
});

/** With one category SciPy answers NaN (no degree of freedom); nothing can have drifted, so our answer is 1. */
function chiSquareProbability(golden: number | 'NaN'): number {
  return golden === 'NaN' ? 1 : golden;
}
