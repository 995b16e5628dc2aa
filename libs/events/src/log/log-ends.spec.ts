import { expect, it } from 'vitest';
import { TransientError } from '../errors.ts';
import { LogEnds, type Ends } from './log-ends.ts';

interface Question {
  readonly wanted: ReadonlyMap<string, number>;
  readonly answer: (ends: Record<string, readonly number[]>) => void;
  readonly fail: (error: Error) => void;
}

function asked(): { questions: Question[]; ends: LogEnds } {
  const questions: Question[] = [];
  const ends = new LogEnds((wanted) => {
    const { promise, resolve, reject } = Promise.withResolvers<Ends>();
    const answer: Question['answer'] = (found) =>
      resolve(new Map(Object.entries(found).map(([topic, offsets]) => [topic, new Map(offsets.entries())])));
    questions.push({ wanted, answer, fail: reject });
    return promise;
  });
  return { questions, ends };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('asks once for all who come together, whatever topics they ask about', async () => {
  const { questions, ends } = asked();
  const answers = [ends.of('runs', 2), ends.of('journal', 1), ends.of('runs', 1)];
  await settle();
  expect(questions.map(({ wanted }) => [...wanted])).toEqual([
    [
      ['runs', 2],
      ['journal', 1],
    ],
  ]);
  questions[0]?.answer({ runs: [3, 4], journal: [9] });
  expect(await Promise.all(answers)).toEqual([[3, 4], [9], [3]]);
});

it('asks again for those who came while it was asking: what they must see may be younger than the answer', async () => {
  const { questions, ends } = asked();
  const early = ends.of('runs', 1);
  await settle();
  const late = [ends.of('runs', 1), ends.of('runs', 1)];
  await settle();
  expect(questions).toHaveLength(1);
  questions[0]?.answer({ runs: [5] });
  expect(await early).toEqual([5]);
  await settle();
  expect(questions).toHaveLength(2);
  questions[1]?.answer({ runs: [7] });
  expect(await Promise.all(late)).toEqual([[7], [7]]);
});

it('asks for each topic alone when they failed together, so that one that is missing fails nobody else', async () => {
  const { questions, ends } = asked();
  const missing = ends.of('missing', 1);
  const there = ends.of('runs', 1);
  missing.catch(() => undefined);
  await settle();
  questions[0]?.fail(new Error('no such topic'));
  await settle();
  questions[1]?.fail(new Error('no such topic'));
  await settle();
  questions[2]?.answer({ runs: [1] });
  await expect(missing).rejects.toThrow('no such topic');
  expect(await there).toEqual([1]);
});

it('names the partition whose end nobody told, and asks again afterwards', async () => {
  const { questions, ends } = asked();
  const first = ends.of('runs', 2);
  await settle();
  questions[0]?.answer({ runs: [1] });
  await expect(first).rejects.toThrow(TransientError);
  await expect(first).rejects.toThrow('topic "runs" partition 1 has no leader');
  const second = ends.of('runs', 1);
  await settle();
  questions[1]?.answer({ runs: [2] });
  expect(await second).toEqual([2]);
});
