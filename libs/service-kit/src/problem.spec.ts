import { expect, test } from 'vitest';
import { CodedError } from './coded-error.ts';
import { problemOf } from './problem.ts';

test.each([
  ['EVENTS_COMMAND_TOO_LARGE', 413, 'EVENTS_COMMAND_TOO_LARGE'],
  ['EVENTS_RECORD_TOO_LARGE', 500, 'INTERNAL_FAULT'],
  ['THING_TOO_LARGE', 413, 'THING_TOO_LARGE'],
])('%s is answered with %s', (code, status, shown) => {
  expect(problemOf(new CodedError(code, 'too large'), {})).toMatchObject({ status, code: shown });
});

test('the table of a service comes first', () => {
  const statuses = { EVENTS_COMMAND_TOO_LARGE: 400 };
  expect(problemOf(new CodedError('EVENTS_COMMAND_TOO_LARGE', 'too large'), statuses).status).toBe(400);
});
