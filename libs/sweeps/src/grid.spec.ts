import { describe, expect, it } from 'vitest';
import { gridPoint, gridSize, hasMoreValuesThan, valuesOf } from './grid.ts';
import type { SearchSpace } from './search-space.ts';

const space: SearchSpace = [
  { name: 'optimiser', kind: 'categorical', choices: ['sgd', 'adam'] },
  { name: 'momentum', kind: 'uniform', low: 0, high: 1, points: 3, when: { parameter: 'optimiser', in: ['sgd'] } },
  { name: 'layers', kind: 'int', low: 1, high: 5, step: 2, scale: 'linear' },
];

describe('a grid', () => {
  it('holds every combination once, of conditional parameters only where they are active', () => {
    const points = Array.from({ length: gridSize(space, 100) }, (_, i) => gridPoint(space, i));
    expect(points).toHaveLength(12);
    expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(12);
    expect(points[0]).toEqual({ optimiser: 'sgd', momentum: 0, layers: 1 });
    expect(points[11]).toEqual({ optimiser: 'adam', layers: 5 });
    expect(gridPoint(space, 12)).toBeNull();
  });

  it('is counted up to a limit', () => {
    expect(gridSize(space, 5)).toBe(5);
    expect(hasMoreValuesThan(2)({ kind: 'int', low: 1, high: 1e9, step: 1, scale: 'linear' })).toBe(true);
    expect(hasMoreValuesThan(2)({ kind: 'categorical', choices: [1, 2] })).toBe(false);
    expect(hasMoreValuesThan(4)({ kind: 'uniform', low: 0, high: 1 })).toBe(true);
  });

  it.each([
    [{ kind: 'uniform', low: -1, high: 1 } as const, [-1, -0.5, 0, 0.5, 1]],
    [{ kind: 'log-uniform', low: 0.01, high: 1, points: 3 } as const, [0.01, 0.1, 1]],
    [{ kind: 'uniform', low: 0, high: 4, points: 1 } as const, [2]],
    [{ kind: 'quantised', low: 0, high: 0.35, step: 0.1, scale: 'linear' } as const, [0, 0.1, 0.2, 0.3]],
    [{ kind: 'constant', value: true } as const, [true]],
  ])('of %j has its ends and what lies evenly between', (distribution, expected) => {
    const values = valuesOf(distribution);
    expect(values).toHaveLength(expected.length);
    values.forEach((value, i) => {
      const wanted = expected[i];
      if (typeof wanted === 'number') expect(value).toBeCloseTo(wanted, 12);
      else expect(value).toBe(wanted);
    });
  });
});
