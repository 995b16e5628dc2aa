import fc from 'fast-check';
import { expect, it } from 'vitest';
import { factsOf, type RunFact } from '../../flow/runs/run-facts.ts';
import { nothingSaid } from '../../flow/runs/nothing-said.ts';
import { StandingFacts } from './latest-facts.ts';

const written = (offset: number, tag: string, value: string): RunFact[] =>
  factsOf(
    {
      ...nothingSaid,
      eventId: 'e',
      subject: 'run',
      id: 'r',
      experimentId: '1',
      type: 'logged',
      atMs: 1,
      actor: 'a',
      tags: [{ key: tag, value }],
    },
    { partition: 0, offset },
  );

const rows = [
  ...written(5, 'a', 'new'),
  ...written(1, 'a', 'old'),
  ...written(2, 'b', 'only'),
  ...written(3, 'c', 'old'),
  ...written(4, 'c', 'newer'),
  ...written(7, 'c', 'newest'),
  ...written(6, 'c', 'late'),
];

it('the row that counts of each key is given once, whatever pages the rows come in', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(rows.length)), (cuts) => {
      const standing = new StandingFacts();
      const at = [0, ...cuts.sort((a, b) => a - b), rows.length];
      const given = at.flatMap((from, index) => standing.add(rows.slice(from, at[index + 1] ?? from)));
      expect([...given, ...standing.end()].map(({ key, text }) => [key, text])).toEqual([
        ['a', 'new'],
        ['b', 'only'],
        ['c', 'newest'],
      ]);
    }),
  );
});
