import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inBatches, missingPoints } from './missing-points.ts';
import type { Point } from './mlflow-entities.ts';

async function* given(points: readonly Point[]): AsyncGenerator<Point> {
  yield* points;
}
async function missing(source: readonly Point[], here: readonly Point[]): Promise<Point[]> {
  const found: Point[] = [];
  for await (const point of missingPoints(given(source), given(here))) found.push(point);
  return found;
}

const key = 'm';
const nameOf = ({ timestamp, step, value }: Point) => `${timestamp} ${step} ${value}`;
const points = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
    {
      selector: String,
    },
  )
  .map((all) =>
    all
      .sort(([a1, a2, a3], [b1, b2, b3]) => a1 - b1 || a2 - b2 || a3 - b3)
      .map(([timestamp, step, value]): Point => ({ key, timestamp, step, value })),
  );

it('exactly the points that are not here come, whatever is here', async () => {
  await fc.assert(
    fc.asyncProperty(points, points, async (source, here) => {
      const held = new Set(here.map(nameOf));
      expect(await missing(source, here)).toEqual(source.filter((point) => !held.has(nameOf(point))));
    }),
  );
});

it('numbers as text, what is no number and the largest ones are the same on both sides', async () => {
  const source: Point[] = [
    { key, timestamp: '1', step: '0', value: 'NaN' },
    { key, timestamp: '2', value: 'Infinity' },
  ];
  const here: Point[] = [
    { key, timestamp: 1, step: 0, value: 'NaN' },
    { key, timestamp: 2, step: 0, value: Number.MAX_VALUE },
  ];
  expect(await missing(source, here)).toEqual([]);
  expect(await missing([{ key, timestamp: 1, value: 0 }], here.slice(0, 1))).toHaveLength(1);
});

it('where the source has another order no point is left out', async () => {
  const source = [3, 1, 2].map((timestamp): Point => ({ key, timestamp, step: 0, value: 0 }));
  const here = [1, 3].map((timestamp): Point => ({ key, timestamp, step: 0, value: 0 }));
  expect((await missing(source, here)).map(({ timestamp }) => timestamp)).toContain(2);
});

it('batches hold at most so many, and none is empty', async () => {
  const sizes = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for await (const batch of inBatches(
      Array.from({ length: count }, (_, n) => n),
      2,
    ))
      found.push(batch.length);
    return found;
  };
  expect(await sizes(0)).toEqual([]);
  expect(await sizes(4)).toEqual([2, 2]);
  expect(await sizes(5)).toEqual([2, 2, 1]);
});
