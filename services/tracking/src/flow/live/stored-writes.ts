import { foldJudged } from '../runs/head-of-history.ts';
import { judge, proposalOfFacts } from '../runs/judge-write.ts';
import type { RunHistory } from '../ports.ts';
import type { RunFact } from '../runs/run-facts.ts';
import { RunHead } from '../runs/run-head.ts';
import type { FeedScope } from './feed-scope.ts';
import type { QueuedWrite } from './write-queue.ts';

export interface WritesRange {
  readonly partition: number;
  /** From this offset on, below that one. */
  readonly from: number;
  readonly before: number;
}

/** Writes as they are stored. */
export interface RunWriteHistory {
  /** Facts of the first writes of the range that are not named void, whole writes only, and where the next page begins. */
  writesOf(scope: FeedScope, range: WritesRange): Promise<{ facts: RunFact[]; next: number }>;
}

export type FactsHistory = Pick<RunHistory, 'factsOf' | 'untilStored'>;

/** Heads that are held while one partition is read; more runs than this are judged anew. */
const maxHeads = 1000;

/**
 * The writes of a range that count, in their order, from the store: judged as those judge who have followed the log, for a
 * write that was refused may not be named void yet.
 */
export async function* storedWrites(
  { writes, facts: history }: { readonly writes: RunWriteHistory; readonly facts: FactsHistory },
  scope: FeedScope,
  range: WritesRange,
): AsyncGenerator<QueuedWrite, void, void> {
  const { partition, before } = range;
  await history.untilStored([{ partition, nextOffset: before }]);
  const heads = new Map<string, RunHead>();
  let from = range.from;
  while (from < before) {
    const page = await writes.writesOf(scope, { partition, from, before });
    if (heads.size > maxHeads) heads.clear();
    await loadHeads(history, heads, { ids: new Set(page.facts.map(({ id }) => id)), before: from });
    for (const [offset, facts] of Map.groupBy(page.facts, (fact) => fact.offset)) {
      const [{ id } = { id: '' }] = facts;
      const head = heads.get(id);
      if (head === undefined || judge(head, proposalOfFacts(facts)) !== null) continue;
      for (const fact of facts) head.fold(fact);
      yield { id, partition, offset, facts, voids: [] };
    }
    from = page.next;
  }
}

/** The runs as they were before the page. */
async function loadHeads(
  history: FactsHistory,
  heads: Map<string, RunHead>,
  { ids, before }: { readonly ids: ReadonlySet<string>; readonly before: number },
): Promise<void> {
  const wanted = [...ids].filter((id) => !heads.has(id));
  if (wanted.length === 0) return;
  const facts = Map.groupBy(await history.factsOf('run', wanted, { before, except: [] }), ({ id }) => id);
  for (const id of wanted) {
    const head = new RunHead('run', id);
    foldJudged(head, facts.get(id) ?? []);
    heads.set(id, head);
  }
}
