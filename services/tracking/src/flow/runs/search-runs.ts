import type { LiveRuns } from './live-runs.ts';
import type { ExperimentsJournal, RunHistory, StoredRuns } from '../ports.ts';
import type { Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import { IndexedRun } from '../run-index/indexed-run.ts';
import type { ExperimentIndex } from '../run-index/experiment-index.ts';
import type { RunIndexes } from '../run-index/run-indexes.ts';
import { searchIndex } from '../run-index/search-index.ts';
import { decodeFoundRun, encodeFoundRun, foundOrder } from './run-order.ts';
import type { RunView } from './run-view.ts';
import { searchExpression, searchOrder, type FoundRun, type RunSearch, type ViewType } from './run-search.ts';

export interface SearchRequest {
  readonly subject: RunSearch['subject'];
  readonly experimentIds: readonly string[];
  readonly filter: string | undefined;
  readonly viewType: ViewType;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
}

export interface FoundRuns {
  /** A few at a time, for a page may hold more than memory should. */
  readonly heads: AsyncIterable<readonly RunView[]>;
  /** Experiments whose runs all count as deleted. */
  readonly deletedExperiments: ReadonlySet<string>;
  readonly nextPageToken?: string;
}

export interface SearchRunsOptions {
  readonly experiments: Pick<ExperimentsJournal, 'read'>;
  readonly live: Pick<LiveRuns, 'readUp' | 'untilStored'>;
  readonly indexes: Pick<RunIndexes, 'of'>;
  readonly store: Pick<RunHistory, 'factsOf'> & Pick<StoredRuns, 'search'>;
}

interface Found {
  readonly runs: readonly FoundRun[];
  /** Of the first so many of them. */
  heads(count: number): AsyncIterable<readonly RunView[]>;
}

/** What is read of the store, or made of an index, at once. */
const headsAtOnce = 500;

/**
 * Finds runs, every write in them that was acknowledged before the search: in memory, which the log keeps up to date, or
 * where the experiments do not fit in there, in the store.
 */
export class SearchRuns {
  readonly #options: SearchRunsOptions;

  constructor(options: SearchRunsOptions) {
    this.#options = options;
  }

  async find(request: SearchRequest): Promise<FoundRuns> {
    const { subject, experimentIds, filter, viewType, orderBy, maxResults, pageToken } = request;
    const query = { subject, experimentIds, filter, viewType, orderBy };
    const where = searchExpression(subject, filter);
    const order = searchOrder(subject, orderBy);
    const after = decodeFoundRun(query, pageToken, order.length);

    // Both ask the broker where a log ends: at once, for the way there is most of a small search.
    const [{ experiments }] = await Promise.all([this.#options.experiments.read(), this.#options.live.readUp()]);
    const known = [...new Set(experimentIds)].flatMap((id) => experiments.get(id) ?? []);
    const deletedExperimentIds = known.filter(({ lifecycleStage }) => lifecycleStage === 'deleted').map(({ id }) => id);
    const deletedExperiments = new Set(deletedExperimentIds);
    if (known.length === 0) return { heads: none(), deletedExperiments };

    // One more than asked for tells whether there is a next page.
    const limit = maxResults + 1;
    const ids = known.map(({ id }) => id);
    const search = { subject, viewType, where, order, after, limit, experimentIds: ids, deletedExperimentIds };
    const found = (await this.#inMemory(search)) ?? (await this.#inStore(search));
    const last = found.runs.length > maxResults ? found.runs[maxResults - 1] : undefined;
    return {
      heads: found.heads(maxResults),
      deletedExperiments,
      ...(last !== undefined && { nextPageToken: encodeFoundRun(query, last) }),
    };
  }

  /** The same with all heads in one list, for pages that are known to be small. */
  async run(request: SearchRequest): Promise<Omit<FoundRuns, 'heads'> & { readonly heads: readonly RunView[] }> {
    const { heads, ...found } = await this.find(request);
    const all: RunView[] = [];
    for await (const some of heads) all.push(...some);
    return { ...found, heads: all };
  }

  async #inMemory(search: RunSearch): Promise<Found | null> {
    const indexes = await this.#options.indexes.of(search.subject, search.experimentIds);
    if (indexes === null) return null;
    const runs = indexes.flatMap((index) => {
      const experimentIsDeleted = search.deletedExperimentIds.includes(index.experimentId);
      return searchIndex(index, { ...search, experimentIsDeleted }).map((found) => ({ ...found, index }));
    });
    if (indexes.length > 1) runs.sort(foundOrder(search.order));
    return { runs: runs.slice(0, search.limit), heads: (count) => headsInMemory(runs.slice(0, count)) };
  }

  async #inStore(search: RunSearch): Promise<Found> {
    await this.#options.live.untilStored();
    const runs = await this.#options.store.search(search);
    return { runs, heads: (count) => this.#headsInStore(search.subject, runs.slice(0, count)) };
  }

  async *#headsInStore(subject: Subject, page: readonly FoundRun[]): AsyncGenerator<RunHead[], void, void> {
    for (let at = 0; at < page.length; at += headsAtOnce) {
      const ids = page.slice(at, at + headsAtOnce).map(({ id }) => id);
      const heads = new Map(ids.map((id) => [id, new RunHead(subject, id)]));
      for (const fact of await this.#options.store.factsOf(subject, ids)) heads.get(fact.id)?.fold(fact);
      yield [...heads.values()];
    }
  }
}

async function* headsInMemory(
  page: readonly { readonly index: ExperimentIndex; readonly row: number }[],
): AsyncGenerator<RunView[], void, void> {
  for (let at = 0; at < page.length; at += headsAtOnce) {
    yield page.slice(at, at + headsAtOnce).map(({ index, row }) => new IndexedRun(index, row));
    // Other requests have their turn between.
    if (at + headsAtOnce < page.length) await new Promise(setImmediate);
  }
}

async function* none(): AsyncGenerator<RunView[], void, void> {
  // Nothing was found.
}
