import { expect, it } from 'vitest';
import { namesByPlace } from './feature-catalog.ts';

it('finds the names of texts, lists and maps among the strings of a vector', () => {
  const featureNames = ['a', 'b', 'c', 'd', 'e'];
  expect(namesByPlace({ featureNames, types: ['double', 'list', 'boolean', 'string', 'map'] })).toEqual({
    numbers: ['a', 'c'],
    strings: ['b', 'd', 'e'],
  });
});
