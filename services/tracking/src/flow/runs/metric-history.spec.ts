import { expect, it } from 'vitest';
import { metricPages, sampledPoints, type MetricPoint } from './metric-history.ts';

const point = (timestampMs: number, step = 0, value = 0): MetricPoint => ({ timestampMs, step, value });
const stored = [
  point(1),
  point(1),
  point(1, 1),
  point(1, 1),
  point(1, 1),
  point(2, 0, 5),
  point(2, 0, Number.NaN),
  point(2, 0, Number.NaN),
];

/** Gives what lies behind `after` as the table does: a page ends anywhere, also between equal points. */
const history = {
  page: ({ after, limit }: { after: MetricPoint | undefined; limit: number }) => {
    const order = (a: MetricPoint, b: MetricPoint): number =>
      Number(a.timestampMs) - Number(b.timestampMs) ||
      Number(a.step) - Number(b.step) ||
      Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value)) ||
      (Number.isNaN(a.value) ? 0 : a.value - b.value);
    return Promise.resolve(stored.filter((one) => after === undefined || order(one, after) > 0).slice(0, limit));
  },
};

it.each([1, 2, 3, 100])('in pages of %i every point comes once', async (limit) => {
  const found: MetricPoint[] = [];
  for await (const page of metricPages(history, { runId: 'r', key: 'k', after: undefined }, limit)) {
    expect(page.length).toBeLessThanOrEqual(limit);
    found.push(...page);
  }
  expect(found).toEqual([point(1), point(1, 1), point(2, 0, 5), point(2, 0, Number.NaN)]);
});

it('a sample has no more points than were asked for, and the last among them', async () => {
  const shares = (...points: MetricPoint[]) => ({ shares: () => Promise.resolve(points) });
  const of = { runId: 'r', key: 'k', steps: undefined };
  expect(await sampledPoints(shares(point(1), point(4), point(9)), { ...of, limit: 2 })).toEqual([point(1), point(9)]);
  expect(await sampledPoints(shares(point(1), point(9)), { ...of, limit: 1 })).toEqual([point(9)]);
  expect(await sampledPoints(shares(point(1)), { ...of, limit: 2 })).toEqual([point(1)]);
});
