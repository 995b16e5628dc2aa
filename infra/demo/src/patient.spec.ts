import { ClientError, HttpProblem } from '@millrace/client';
import { TransientError } from '@millrace/events';
import { expect, test } from 'vitest';
import { isOutage, patient } from './patient.ts';

const signal = new AbortController().signal;

test.each([
  [new HttpProblem(503, 'UNAVAILABLE', 'ClickHouse is away', []), true],
  [new HttpProblem(502, 'HTTP_502', 'no upstream', []), true],
  [new ClientError('CLIENT_UNREACHABLE', 'does not answer'), true],
  [new TransientError('kafka', 'away'), true],
  [new HttpProblem(400, 'INVALID', 'no', []), false],
  [new ClientError('CLIENT_KEY_INVALID', 'no'), false],
  [new TypeError('ours'), false],
])('%s: an outage is %s', (error, expected) => {
  expect(isOutage(error)).toBe(expected);
});

test('what is away is asked again until it is back, and it is said once', async () => {
  const said: string[] = [];
  let asked = 0;
  const answer = await patient({ signal, say: (text) => said.push(text), firstMs: 1 }, () => {
    asked += 1;
    return asked < 4 ? Promise.reject(new TransientError('kafka', 'away')) : Promise.resolve('there');
  });
  expect([answer, asked, said]).toEqual(['there', 4, ['waiting: away']]);
});

test('what stays away, and what is no outage, ends it', async () => {
  const failing = (error: Error): Promise<never> =>
    patient({ signal, say: () => undefined, firstMs: 1, forMs: 3 }, async () => {
      throw error;
    });
  await expect(failing(new TransientError('kafka', 'away for good'))).rejects.toThrow('away for good');
  await expect(failing(new TypeError('ours'))).rejects.toThrow('ours');
});
