import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixtureModel } from './fixture-model.ts';
import type { ModelPlan } from './model-plan.ts';
import { OnnxScorer } from './onnx-scorer.ts';
import type { VectorRow } from './vector-row.ts';

const matrix = { kind: 'matrix', input: 'features', elementType: 'float32', width: 3 } as const;
const linear: ModelPlan = { inputs: matrix, output: { name: 'score', kind: 'single' } };

function rows(...numbers: number[][]): VectorRow[] {
  return numbers.map((values) => ({ numbers: values, strings: [] }));
}

describe('OnnxScorer', () => {
  it('scores as the Python runtime does, a missing value included', async () => {
    const expected = JSON.parse(
      readFileSync(new URL('../../test/fixtures/expected-scores.json', import.meta.url), 'utf8'),
    ) as { rows: (number | null)[][]; scores: number[] };
    const scorer = await OnnxScorer.load(
      fixtureModel('lightgbm'),
      { inputs: matrix, output: { name: 'probabilities', kind: 'positive-class' } },
      4,
    );
    const { scores, errors } = await scorer.score(rows(...expected.rows.map((row) => row.map((v) => v ?? Number.NaN))));
    expect(errors.size).toBe(0);
    scores.forEach((score, row) => expect(score).toBeCloseTo(expected.scores[row] ?? Number.NaN, 6));
    await scorer.retire();
  });

  it('gives the same score in a batch as alone', async () => {
    const scorer = await OnnxScorer.load(fixtureModel('linear-v1'), linear, 1);
    const batch = await scorer.score(rows([1, 1, 1], [2, 0, -1], [0.5, 0.25, 0.125]));
    expect([...batch.scores]).toEqual([6, -1, 1.375]);
    expect([...(await scorer.score(rows([2, 0, -1]))).scores]).toEqual([-1]);
    await scorer.retire();
  });

  it('feeds double and named string, boolean and number inputs', async () => {
    const double = await OnnxScorer.load(
      fixtureModel('linear-double'),
      { ...linear, inputs: { ...matrix, elementType: 'float64' } },
      1,
    );
    expect([...(await double.score(rows([0.1, 0, 0]))).scores]).toEqual([0.1]);
    const columns = await OnnxScorer.load(
      fixtureModel('columns'),
      {
        inputs: {
          kind: 'columns',
          columns: [
            { input: 'amount', elementType: 'float32', list: 'numbers', index: 1, rank: 2 },
            { input: 'country', elementType: 'string', list: 'strings', index: 0, rank: 1 },
            { input: 'night', elementType: 'bool', list: 'numbers', index: 0, rank: 2 },
          ],
        },
        output: { name: 'score', kind: 'single' },
      },
      1,
    );
    const scored = await columns.score([
      { numbers: [0, 2.5], strings: ['AT'] },
      { numbers: [1, 2.5], strings: [null] },
    ]);
    expect([...scored.scores]).toEqual([12.5, 3.5]);
  });

  it('fails only the rows that the model fails on', async () => {
    const scorer = await OnnxScorer.load(fixtureModel('picky'), linear, 2);
    const { scores, errors } = await scorer.score(rows([1, 0, 0], [5000, 0, 0], [3, 0, 0], [4, 0, 0], [9999, 0, 0]));
    expect([...scores]).toEqual([1, Number.NaN, 3, 4, Number.NaN]);
    expect([...errors.keys()]).toEqual([1, 4]);
    expect(errors.get(1)).toContain('5000');
  });

  it('says so when the score is no number or the vector has another width', async () => {
    const scorer = await OnnxScorer.load(fixtureModel('linear-v1'), linear, 1);
    const { errors } = await scorer.score(rows([1, 1, 1], [Number.NaN, 0, 0], [1, 2]));
    expect(errors.get(1)).toBe("the model's score is NaN");
    expect(errors.get(2)).toBe('the vector holds 2 numbers, the model takes 3');
    expect(errors.size).toBe(2);
  });

  it('finishes the runs in flight before its session is freed', async () => {
    const scorer = await OnnxScorer.load(fixtureModel('linear-v1'), linear, 1);
    const running = scorer.score(rows([1, 1, 1]));
    await scorer.retire();
    expect([...(await running).scores]).toEqual([6]);
  });
});
