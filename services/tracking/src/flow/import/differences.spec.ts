import { expect, it } from 'vitest';
import { differences } from './differences.ts';

const head = (attributes: Readonly<Record<string, string>>) => ({
  experimentId: '1',
  attribute: (name: string) => attributes[name],
});

it('what is the same in all that makes it up is the same run', () => {
  const here = head({ user_id: 'ada', start_time: '5', status: 'FAILED' });
  expect(differences(here, { experimentId: '1', user_id: 'ada', start_time: '5' })).toEqual([]);
  expect(differences(head({ start_time: '5' }), { experimentId: '1', user_id: '', start_time: '5' })).toEqual([]);
});

it('each difference is told with both values', () => {
  expect(differences(head({ user_id: 'ada' }), { experimentId: '2', user_id: 'ben', start_time: '5' })).toEqual([
    'experiment is "1" here and "2" there',
    'user_id is "ada" here and "ben" there',
    'start_time is "" here and "5" there',
  ]);
});
