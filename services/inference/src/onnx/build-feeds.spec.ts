import { describe, expect, it } from 'vitest';
import { buildFeeds } from './build-feeds.ts';
import type { ElementType } from './onnx-model.ts';

function feed(elementType: ElementType, value: number): unknown {
  const column = { input: 'x', elementType, list: 'numbers', index: 0, rank: 1 } as const;
  return buildFeeds({ kind: 'columns', columns: [column] }, [{ numbers: [value], strings: [] }])['x']?.data[0];
}

describe('a number goes into an input as it is or not at all', () => {
  it.each([
    ['int32', 2 ** 31 - 1, 2_147_483_647],
    ['int32', -(2 ** 31), -2_147_483_648],
    ['int64', -(2 ** 63), -(2n ** 63n)],
    ['bool', 0, 0],
    ['bool', 1, 1],
  ] as const)('%s takes %d', (elementType, value, fed) => {
    expect(feed(elementType, value)).toBe(fed);
  });

  it.each([
    ['int32', 2 ** 31, '2147483648'],
    ['int32', -(2 ** 31) - 1, '-2147483649'],
    ['int64', 2 ** 63, '9223372036854776000'],
    ['int64', 0.5, '0.5'],
    ['int32', Number.NaN, 'missing'],
    ['bool', Number.NaN, 'missing'],
    ['bool', 2, '2'],
  ] as const)('%s does not take %d', (elementType, value, shown) => {
    expect(() => feed(elementType, value)).toThrow(`the value is ${shown}`);
  });

  it('the same for a matrix of integers, whose rows must be complete', () => {
    const plan = { kind: 'matrix', input: 'x', elementType: 'int64', width: 2 } as const;
    expect(() => buildFeeds(plan, [{ numbers: [1, 2 ** 63], strings: [] }])).toThrow('integers of 64 bits');
    expect(() => buildFeeds(plan, [{ numbers: [1], strings: [] }])).toThrow('the vector holds 1 numbers');
    expect([...(buildFeeds(plan, [{ numbers: [1, -2], strings: [] }])['x']?.data ?? [])]).toEqual([1n, -2n]);
  });
});
