import fc from 'fast-check';
import { expect, it } from 'vitest';
import { factsOf } from '../runs/run-facts.ts';
import type { RunView } from '../runs/run-view.ts';
import { ExperimentIndex } from './experiment-index.ts';
import { IndexedRun } from './indexed-run.ts';
import { headsOfEvents, randomEvents, randomSearch, searchByHand } from './search-by-hand.ts';
import { searchIndex } from './search-index.ts';

const events = randomEvents({ runs: 120, seed: 3, experimentId: '1' });
const heads = headsOfEvents(events);
const index = new ExperimentIndex('run', '1');
for (const [offset, event] of events.entries()) {
  for (const fact of factsOf(event, { partition: 0, offset })) index.fold(fact);
}

it('finds what a search by hand finds, page by page, whatever is asked', () => {
  fc.assert(
    fc.property(randomSearch, fc.integer({ min: 1, max: 50 }), (query, limit) => {
      const all = searchByHand(heads, { ...query, after: undefined, limit: heads.length });
      const found = [];
      for (let after; ; after = found.at(-1)) {
        const page = searchIndex(index, { ...query, after, limit, experimentIsDeleted: false });
        found.push(...page.map(({ id, place }) => ({ id, place })));
        if (page.length < limit) break;
      }
      expect(found).toEqual(all);
    }),
    { numRuns: 200 },
  );
});

it('holds runs as they are read alone', () => {
  const state = (head: RunView) => ({
    attributes: ['name', 'status', 'end_time', 'lifecycle_stage'].map((name) => head.attribute(name)),
    params: head.params.map(({ key, text }) => [key, text]),
    tags: head.tags.map(({ key, text }) => [key, text]),
    metrics: head.metrics.map(({ key, number, step, timestampMs }) => [key, number, step, timestampMs]),
    datasets: head.links('dataset').map(({ text }) => text),
  });
  const ids = new Map(heads.map((head) => [head.id, head]));
  for (let row = 0; row < index.size; row += 1) {
    const head = ids.get(index.idOf(row));
    expect(state(new IndexedRun(index, row))).toEqual(head && state(head));
  }
});

it('of an experiment that is deleted all runs are', () => {
  const everything = {
    subject: 'run',
    where: { kind: 'and', terms: [] },
    order: [],
    after: undefined,
    limit: 1000,
  } as const;
  const count = (viewType: 'ACTIVE_ONLY' | 'DELETED_ONLY', experimentIsDeleted: boolean) =>
    searchIndex(index, { ...everything, viewType, experimentIsDeleted }).length;
  expect(count('ACTIVE_ONLY', true)).toBe(0);
  expect(count('DELETED_ONLY', true)).toBe(120);
  expect(count('ACTIVE_ONLY', false) + count('DELETED_ONLY', false)).toBe(120);
});
