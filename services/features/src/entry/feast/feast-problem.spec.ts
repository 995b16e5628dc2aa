import { problemOf } from '@millrace/service-kit';
import { FeastError, feastStatuses } from '@millrace/feast-protocol';
import { expect, it } from 'vitest';
import { StatesRebuilding } from '../../errors.ts';
import { feastAnswer } from './feast-problem.ts';

function answer(error: Error): { status: number; document: unknown } {
  const { status, body } = feastAnswer(problemOf(error, feastStatuses));
  return { status, document: JSON.parse(body) };
}

it('what is being rebuilt is no 503, which the stock client repeats until its text is lost', () => {
  expect(answer(new StatesRebuilding('redis', 'the states are being rebuilt'))).toEqual({
    status: 425,
    document: { module: 'feast.errors', class: 'FeastError', message: 'the states are being rebuilt' },
  });
});

it('an error of Feast’s protocol has the status and the class of its code', () => {
  expect(answer(new FeastError('FEAST_PUSH_SOURCE_REFUSED', 'there is no push source "x"'))).toEqual({
    status: 422,
    document: { module: 'feast.errors', class: 'PushSourceNotFoundException', message: 'there is no push source "x"' },
  });
});

it('a fault of ours stays one, without its inner text', () => {
  expect(answer(new RangeError('inner text'))).toMatchObject({ status: 500, document: { class: 'FeastError' } });
});
