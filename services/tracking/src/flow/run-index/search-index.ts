import type { FoundRun, RunQuery } from '../runs/run-search.ts';
import { compileFilter } from './compile-filter.ts';
import { compileOrder } from './compile-order.ts';
import type { ExperimentIndex } from './experiment-index.ts';
import { Least } from './least.ts';

export interface IndexSearch extends RunQuery {
  readonly experimentIsDeleted: boolean;
  readonly after: FoundRun | undefined;
  readonly limit: number;
}

export interface FoundRow extends FoundRun {
  readonly row: number;
}

/** The first runs behind a place of the order. */
export function searchIndex(index: ExperimentIndex, search: IndexSearch): FoundRow[] {
  const { viewType, experimentIsDeleted, after, limit, order } = search;
  if (viewType === 'ACTIVE_ONLY' && experimentIsDeleted) return [];
  const matches = compileFilter(index, search.where);
  const compiled = compileOrder(index, order);
  const stage = index.text('attribute', 'lifecycle_stage');
  const deleted = index.dictionary.codeOf('deleted');
  const least = new Least<number>(limit, compiled.compare);
  for (let row = 0; row < index.size; row += 1) {
    const isDeleted = experimentIsDeleted || stage?.code(row) === deleted;
    if (viewType !== 'ALL' && isDeleted !== (viewType === 'DELETED_ONLY')) continue;
    if (!matches(row) || !index.exists(row)) continue;
    if (after !== undefined && !compiled.isBehind(row, after)) continue;
    least.offer(row);
  }
  return least.inOrder().map((row) => ({ ...compiled.found(row), row }));
}
