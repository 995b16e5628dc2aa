import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { compareScript } from './compare-script.ts';
import { parallelAxes } from './parallel-axes.ts';

const frame = { left: 100, right: 500, top: 0, bottom: 100, without: 130 };

it('axes stand at equal distances, and a run passes each at the height of its value', () => {
  const { axes, heights } = parallelAxes(
    [
      { name: 'depth', values: ['2', '4', '3'] },
      { name: 'kind', values: ['tree', 'linear', 'tree'] },
      { name: 'loss', values: [0.5, 0.1, 0.3] },
    ],
    frame,
  );
  expect(axes.map(({ name, x }) => [name, x])).toEqual([
    ['depth', 100],
    ['kind', 300],
    ['loss', 500],
  ]);
  expect(heights.map((run) => run.map((height) => +height.toFixed(6)))).toEqual([
    [100, 100, 0],
    [0, 0, 100],
    [50, 100, 50],
  ]);
  expect(axes[0]?.ticks).toEqual([
    { y: 100, label: '2' },
    { y: 75, label: '2.5' },
    { y: 50, label: '3' },
    { y: 25, label: '3.5' },
    { y: 0, label: '4' },
  ]);
  expect(axes[1]?.ticks).toEqual([
    { y: 0, label: 'linear' },
    { y: 100, label: 'tree' },
  ]);
});

it('positive numbers of several orders of magnitude stand by their logarithms', () => {
  const { axes, heights } = parallelAxes([{ name: 'rate', values: ['1e-4', '0.01', '1'] }], frame);
  expect(heights.map(([height]) => Math.round(height ?? NaN))).toEqual([100, 50, 0]);
  expect(axes[0]?.x).toBe(300);
  expect(axes[0]?.ticks.map(({ label }) => label)).toEqual(['1.0e-4', '0.001', '0.01', '0.1', '1']);
});

it('zero and negative numbers stand by themselves, however far they reach', () => {
  const { heights } = parallelAxes([{ name: 'm', values: [0, 1000, -1000] }], frame);
  expect(heights).toEqual([[50], [0], [100]]);
});

it('a run without a value passes below, as one whose value is no number among numbers', () => {
  expect(parallelAxes([{ name: 'a', values: ['1', null, '2'] }], frame).heights).toEqual([[100], [130], [0]]);
  expect(parallelAxes([{ name: 'm', values: [NaN, null, NaN] }], frame).heights).toEqual([[130], [130], [130]]);
});

it('one value for all stands in the middle', () => {
  const { axes, heights } = parallelAxes(
    [
      { name: 'a', values: ['7', '7'] },
      { name: 'b', values: ['x', 'x'] },
    ],
    frame,
  );
  expect(heights).toEqual([
    [50, 50],
    [50, 50],
  ]);
  expect(axes.map(({ ticks }) => ticks)).toEqual([[{ y: 50, label: '7' }], [{ y: 50, label: 'x' }]]);
});

it('of very many texts only some are labelled', () => {
  const values = Array.from({ length: 100 }, (_, at) => `v${String(at).padStart(3, '0')}`);
  const [axis] = parallelAxes([{ name: 'seed', values }], frame).axes;
  expect(axis?.ticks).toHaveLength(12);
});

it('the page has it as a function that needs nothing else', () => {
  expect(compareScript).toContain(parallelAxes.toString());
  const shown = [{ name: 'rate', values: ['0.1', null, '0.2'] }];
  const inPage: unknown = runInNewContext(`${parallelAxes.toString()}\nJSON.stringify(parallelAxes(shown, frame))`, {
    shown,
    frame,
  });
  expect(inPage).toBe(JSON.stringify(parallelAxes(shown, frame)));
});
