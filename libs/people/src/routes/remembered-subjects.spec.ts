import { expect, it } from 'vitest';
import type { Subject } from '../roles/subject.ts';
import { RememberedSubjects } from './remembered-subjects.ts';

it('asks for a thing again after five seconds, and at once for one that was not there', async () => {
  const asked: string[] = [];
  let there: Subject | null = null;
  let nowMs = 0;
  const of = {
    find: ({ kind, id }: { kind: string; id: string }) => {
      asked.push(`${kind} ${id}`);
      return there;
    },
  };
  const subjects = new RememberedSubjects({ of, now: () => nowMs });
  const find = () => subjects.find({ kind: 'model', id: 'fraud' });
  expect(await find()).toBeNull();
  there = { kind: 'model', id: 'fraud', createdBy: 'ada', createdAtMs: 1 };
  expect(await find()).toEqual(there);
  const first = there;
  there = { ...there, createdBy: 'bob' };
  nowMs = 4_999;
  expect(await find()).toEqual(first);
  expect(await subjects.find({ kind: 'endpoint', id: 'fraud' })).toEqual(there);
  nowMs = 5_000;
  expect(await find()).toEqual(there);
  expect(asked).toEqual(['model fraud', 'model fraud', 'endpoint fraud', 'model fraud']);
});
