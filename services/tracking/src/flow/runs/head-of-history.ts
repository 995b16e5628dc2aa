import { judge, proposalOfFacts } from './judge-write.ts';
import type { RunHistory } from '../ports.ts';
import type { RunFact, Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';

/**
 * The run as history has it below an offset, judged write by write as those judge who have followed the log: a write that
 * was refused counts nowhere, also while the event that voids it is not stored yet.
 */
export async function headOfHistory(
  history: Pick<RunHistory, 'factsOf'>,
  { subject, id, before }: { readonly subject: Subject; readonly id: string; readonly before: number },
): Promise<RunHead> {
  const except: number[] = [];
  for (;;) {
    const head = new RunHead(subject, id);
    const hiding = foldJudged(head, await history.factsOf(subject, [id], { before, except }));
    // Of a metric history gives the newest point only: where that one does not count, the one below it is asked for.
    if (hiding.length === 0) return head;
    except.push(...hiding);
  }
}

/** Folds what counts; gives the offsets of refused writes whose points may hide others. */
export function foldJudged(head: RunHead, facts: readonly RunFact[]): number[] {
  const hiding: number[] = [];
  const writes = [...Map.groupBy(facts, ({ offset }) => offset)].sort(([a], [b]) => a - b);
  for (const [offset, said] of writes) {
    const refusal = judge(head, proposalOfFacts(said));
    if (refusal === null) {
      for (const fact of said) head.fold(fact);
    } else {
      head.refuse(offset, refusal);
      if (said.some(({ kind }) => kind === 'metric')) hiding.push(offset);
    }
  }
  return hiding;
}
