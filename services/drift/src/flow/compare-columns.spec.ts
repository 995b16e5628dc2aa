import { describe, expect, test } from 'vitest';
import { compareColumns } from './compare-columns.ts';
import type { PredictionSample } from './ports.ts';
import { referenceSample } from './reference-sample.ts';

function sampleOf(values: readonly number[], scores: readonly number[]): PredictionSample {
  return {
    columns: [{ name: 'amount', kind: 'number', values: Float64Array.from(values) }],
    scores: Float64Array.from(scores),
    failed: values.map(() => false),
  };
}

const steps = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => (from + i) / n);

describe('comparing columns', () => {
  test('features and the score have PSI, Kolmogorov-Smirnov and chi-square, also with many values', () => {
    const sample = sampleOf(steps(100), steps(100));
    const reference = referenceSample({ endsAtMs: 0, features: sample, isTraining: false });
    const scores = { ok: true, sorted: Float64Array.from(steps(100)) } as const;
    const { columns: compared } = compareColumns(reference, scores, sampleOf(steps(100), steps(100, 60)));
    expect(compared.map(({ name, kind }) => [name, kind])).toEqual([
      ['amount', 'number'],
      ['score', 'score'],
    ]);
    expect(compared[0]).toMatchObject({ psi: 0, ksPValue: 1, chiSquareStatistic: 0, chiSquarePValue: 1 });
    expect(compared[1]?.chiSquarePValue).toBeLessThan(1e-9);
  });

  test('what is not compared says why', () => {
    const sample = sampleOf(steps(40), steps(40));
    const reference = referenceSample({ endsAtMs: 0, features: sample, isTraining: true });
    const other: PredictionSample = {
      ...sample,
      columns: [
        { name: 'amount', kind: 'string', values: sample.failed.map(() => 'a') },
        { name: 'country', kind: 'string', values: sample.failed.map(() => 'FR') },
      ],
    };
    expect(compareColumns(reference, { ok: false, reason: 'nobody scores' }, other)).toEqual({
      columns: [],
      notCompared: {
        amount: 'the reference holds it as a number',
        country: 'the reference has no such feature',
        score: 'nobody scores',
      },
    });
  });

  test('the largest doubles of both signs are compared and pictured', () => {
    const both = [...steps(40).map((step) => -1.7e308 * step), 1.7e308];
    const sample = sampleOf(
      both,
      both.map(() => 0.5),
    );
    const reference = referenceSample({ endsAtMs: 0, features: sample, isTraining: false });
    const [amount] = compareColumns(reference, { ok: false, reason: 'nobody scores' }, sample).columns;
    expect(amount).toMatchObject({ psi: 0, ksStatistic: 0, chiSquarePValue: 1 });
    expect(amount?.binEdges.every((edge) => Number.isFinite(edge))).toBe(true);
    expect(amount?.currentBins.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});
