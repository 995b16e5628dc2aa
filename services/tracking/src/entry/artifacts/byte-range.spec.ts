import { expect, it } from 'vitest';
import { requestedRange } from './byte-range.ts';

it.each([
  ['bytes=0-0', { first: 0, last: 0 }],
  ['bytes=2-5', { first: 2, last: 5 }],
  ['bytes=2-', { first: 2, last: 9 }],
  ['bytes=2-99', { first: 2, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-99', { first: 0, last: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-2', null],
  ['bytes=-', null],
  ['bytes=0-1,4-5', null],
  ['bytes=a-b', null],
  ['items=0-1', null],
  [undefined, null],
])('of ten bytes %s asks %j', (header, range) => {
  expect(requestedRange(header, 10)).toEqual(range);
});

it('of nothing no range can be given', () => {
  expect(requestedRange('bytes=0-', 0)).toBe('unsatisfiable');
});
