import { describe, expect, test } from 'vitest';
import type { PredictionHistory, PredictionSample } from '../flow/ports.ts';
import type { StoredPrediction } from './in-memory-history.ts';

export const HOUR = 3_600_000;
const START = Date.UTC(2025, 2, 1);

/** After every other time at which one was scored. */
const LATELY = Date.UTC(2027, 0, 1);

/** 60 predictions over three hours of one endpoint, some failed, some with an outcome, one outcome corrected; and a stranger. */
export const contractPredictions: readonly StoredPrediction[] = [
  ...Array.from({ length: 60 }, (_, i): StoredPrediction => ({
    endpoint: 'fraud',
    eventTimeMs: START + i * 180_000,
    numbers: { amount: i % 10 === 3 ? Number.NaN : i, isNight: i % 2 },
    strings: { country: i % 7 === 0 ? null : `c${i % 3}` },
    score: i % 20 === 19 ? null : i / 60,
    ...(i < 25 ? { label: i % 2 } : {}),
    ...(i === 5 ? { corrections: 1 } : {}),
    scoringMs: 1 + i / 1000,
    endToEndMs: 10 + i,
    modelVersion: i < 40 ? '1' : '2',
  })),
  { endpoint: 'other', eventTimeMs: START + 100 * HOUR, numbers: {}, score: 1 },
  { endpoint: 'asked', eventTimeMs: START, numbers: {}, score: 1 },
  { endpoint: 'asked', eventTimeMs: START + 2 * HOUR, numbers: {}, score: 1 },
  { endpoint: 'asked', eventTimeMs: START + 2.5 * HOUR, numbers: {}, score: 1, requested: true },
  { endpoint: 'uneven', eventTimeMs: START, numbers: {}, score: 1, scoredAtMs: LATELY, partition: 1 },
  { endpoint: 'uneven', eventTimeMs: START + HOUR, numbers: {}, score: 1, scoredAtMs: LATELY, partition: 1 },
  { endpoint: 'uneven', eventTimeMs: START + 3 * HOUR, numbers: {}, score: 1, partition: 0 },
];

/** What every store of predictions must do; `fill` puts the contract's predictions into it. */
export function predictionHistoryContract(name: string, fill: () => Promise<PredictionHistory>): void {
  describe(`${name} keeps the history of predictions`, () => {
    let filled: Promise<PredictionHistory> | undefined;
    const history = (): Promise<PredictionHistory> => (filled ??= fill());
    const fraud = { endpoint: 'fraud' };
    const hours = { fromMs: START, toMs: START + 3 * HOUR };

    test('the span of an endpoint is that of its own predictions', async () => {
      expect(await (await history()).span(fraud, 0)).toEqual({ oldestMs: START, newestMs: START + 59 * 180_000 });
      expect(await (await history()).span({ endpoint: 'nobody' }, 0)).toBeNull();
    });

    test('windows are counted with their failures, outcomes and corrections', async () => {
      expect(await (await history()).countByTime(fraud, hours, HOUR)).toEqual([
        { startMs: START, endMs: START + HOUR, rows: 20, errors: 1, labelled: 20, corrections: 1 },
        { startMs: START + HOUR, endMs: START + 2 * HOUR, rows: 20, errors: 1, labelled: 5, corrections: 0 },
        { startMs: START + 2 * HOUR, endMs: START + 3 * HOUR, rows: 20, errors: 1, labelled: 0, corrections: 0 },
      ]);
      const half = { fromMs: START, toMs: START + HOUR };
      expect(await (await history()).countByTime(fraud, half, HOUR)).toHaveLength(1);
    });

    test('any ranges can be counted', async () => {
      const ranges = [
        { fromMs: START, toMs: START + 10 * 180_000 },
        { fromMs: START + 10 * 180_000, toMs: START + 60 * 180_000 },
      ];
      expect(await (await history()).countRanges(fraud, ranges)).toEqual([
        { startMs: START, endMs: START + 10 * 180_000, rows: 10, errors: 0, labelled: 10, corrections: 1 },
        {
          startMs: START + 10 * 180_000,
          endMs: START + 60 * 180_000,
          rows: 50,
          errors: 3,
          labelled: 15,
          corrections: 0,
        },
      ]);
    });

    test('the end of so many rows is just after the last of them', async () => {
      expect(await (await history()).endOfRows(fraud, START, 20)).toBe(START + 19 * 180_000 + 1);
      expect(await (await history()).endOfRows(fraud, START + 1, 1)).toBe(START + 180_000 + 1);
      expect(await (await history()).endOfRows(fraud, START, 61)).toBeNull();
    });

    test('a window comes back column by column', async () => {
      const sample = await (await history()).predictions(fraud, hours, { maxRows: 1000 });
      expect(sample.columns.map((column) => [column.name, column.kind])).toEqual([
        ['amount', 'number'],
        ['isNight', 'number'],
        ['country', 'string'],
      ]);
      expect(rowsOf(sample)).toEqual(
        ofFraud.map((p) => ({
          amount: p.numbers['amount'],
          country: p.strings?.['country'],
          score: p.score ?? Number.NaN,
          failed: p.score === null,
        })),
      );
    });

    test('every row of a window is measured', async () => {
      const measures = await (await history()).measures(fraud, hours);
      expect(measures.modelVersions).toEqual({ 1: 40, 2: 20 });
      const rows = measures.failed.map((failed, i) => ({
        score: measures.scores[i],
        label: measures.labels[i],
        scoringMs: measures.scoringMs[i],
        endToEndMs: measures.endToEndMs[i] ?? 0,
        failed,
      }));
      expect(rows.sort((a, b) => a.endToEndMs - b.endToEndMs)).toEqual(
        ofFraud.map((p) => ({
          score: p.score ?? Number.NaN,
          label: p.label ?? Number.NaN,
          scoringMs: p.scoringMs,
          endToEndMs: p.endToEndMs,
          failed: p.score === null,
        })),
      );
    });

    test('predictions on request count only where they are asked for', async () => {
      const store = await history();
      const rowsIn = async (predictions?: 'all'): Promise<number | undefined> =>
        (await store.countByTime({ endpoint: 'asked', ...(predictions && { predictions }) }, hours, 3 * HOUR))[0]?.rows;
      expect([await rowsIn(), await rowsIn('all')]).toEqual([2, 3]);
      expect((await store.span({ endpoint: 'asked' }, 0))?.newestMs).toBe(START + 2 * HOUR);
      expect(
        (await store.predictionCuts({ endpoint: 'asked', predictions: 'all' })).map((cut) => cut.partition),
      ).toEqual([0]);
    });

    test('the slowest partition that still brings rows is waited for, others are not', async () => {
      const store = await history();
      expect((await store.span({ endpoint: 'uneven' }, LATELY))?.newestMs).toBe(START + HOUR);
      expect((await store.span({ endpoint: 'uneven' }, LATELY + 1))?.newestMs).toBe(START + 3 * HOUR);
    });

    test('up to a cut, what was stored later is not there', async () => {
      const store = await history();
      const cuts = (await store.predictionCuts({ endpoint: 'uneven' })).map((cut) => ({
        ...cut,
        offset: cut.partition === 1 ? cut.offset - 1 : cut.offset,
      }));
      const all = { fromMs: START, toMs: START + 10 * HOUR };
      expect(cuts.map((cut) => cut.partition)).toEqual([0, 1]);
      expect((await store.predictions({ endpoint: 'uneven' }, all, { maxRows: 10 })).failed).toHaveLength(3);
      expect((await store.predictions({ endpoint: 'uneven' }, all, { maxRows: 10, cuts })).failed).toHaveLength(2);
    });

    test('of more rows than asked for a sample comes back, the same each time', async () => {
      const store = await history();
      const first = await store.predictions(fraud, hours, { maxRows: 15 });
      expect(first.failed).toHaveLength(15);
      expect(await store.predictions(fraud, hours, { maxRows: 15 })).toEqual(first);
    });
  });
}

const ofFraud = contractPredictions.filter((p) => p.endpoint === 'fraud');

/** In the order of the places of their scores and amounts: one of both is known of each. */
function rowsOf(sample: PredictionSample): Record<string, unknown>[] {
  const column = (name: string): ArrayLike<unknown> => sample.columns.find((c) => c.name === name)?.values ?? [];
  return sample.failed
    .map((failed, i) => ({
      amount: column('amount')[i],
      country: column('country')[i],
      score: sample.scores[i],
      failed,
    }))
    .sort((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ amount, score }: { amount?: unknown; score?: unknown }): number {
  return Number.isNaN(amount) ? Math.round(Number(score) * 60) : Number(amount);
}
