import { HttpProblem } from '@millrace/client';
import { expect, test } from 'vitest';
import { isNone } from './platform-api.ts';
import { scoringVersion } from './open-endpoint.ts';

test.each([
  [404, 'RESOURCE_DOES_NOT_EXIST', true],
  [400, 'INVALID_PARAMETER_VALUE', true],
  [400, 'BAD_REQUEST', false],
  [500, 'INTERNAL_ERROR', false],
])('an answer of %i %s to an alias: there is none, %s', (status, code, expected) => {
  expect(isNone(new HttpProblem(status, code, '', []))).toBe(expected);
});

const refusal = { version: '2', reason: 'its inputs do not fit' };

test('an endpoint that scores does so whatever was refused before', () => {
  const status = { state: 'active', reason: null, active: { version: '1' }, lastRefusal: refusal } as const;
  expect(scoringVersion(status, '2')).toBe('1');
});

test('a refusal of the champion ends the wait with what can be done, one of another version does not', () => {
  const status = { state: 'inactive', reason: null, active: null, lastRefusal: refusal } as const;
  expect(() => scoringVersion(status, '2')).toThrow(/version 2 .* refused: its inputs do not fit.*promote/);
  expect(scoringVersion(status, '3')).toBeNull();
});
