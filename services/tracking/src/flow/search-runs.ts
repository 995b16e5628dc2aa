import { decodeOffset, encodePageToken } from '@millrace/mlflow-protocol';
import type { LiveRuns } from './live-runs.ts';
import type { ExperimentsJournal, RunHistory } from './ports.ts';
import type { Subject } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import { searchClauses, searchOrder, type RunSearch, type ViewType } from './run-search.ts';

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
  readonly heads: readonly RunHead[];
  /** Experiments whose runs all count as deleted. */
  readonly deletedExperiments: ReadonlySet<string>;
  readonly nextPageToken?: string;
}

/** Finds runs in history, once it holds every write that was acknowledged before the search. */
export class SearchRuns {
  readonly #experiments: ExperimentsJournal;
  readonly #live: LiveRuns;
  readonly #history: RunHistory;

  constructor(experiments: ExperimentsJournal, live: LiveRuns, history: RunHistory) {
    this.#experiments = experiments;
    this.#live = live;
    this.#history = history;
  }

  async run(request: SearchRequest): Promise<FoundRuns> {
    const { subject, experimentIds, filter, viewType, orderBy, maxResults, pageToken } = request;
    const query = { subject, experimentIds, filter, viewType, orderBy };
    const offset = decodeOffset(query, pageToken);
    const clauses = searchClauses(filter);
    const order = searchOrder(orderBy);

    const { experiments } = await this.#experiments.read();
    const known = experimentIds.flatMap((id) => experiments.get(id) ?? []);
    const deletedExperiments = new Set(
      known.filter(({ lifecycleStage }) => lifecycleStage === 'deleted').map(({ id }) => id),
    );
    if (known.length === 0) return { heads: [], deletedExperiments };

    await this.#live.untilStored();
    const ids = await this.#history.search({
      subject,
      experimentIds: known.map(({ id }) => id).filter((id) => !deletedExperiments.has(id)),
      deletedExperimentIds: [...deletedExperiments],
      viewType,
      clauses,
      order,
      offset,
      // One more than asked for tells whether there is a next page.
      limit: maxResults + 1,
    });
    const heads = await this.#headsOf(subject, ids.slice(0, maxResults));
    const hasMore = ids.length > maxResults;
    return {
      heads,
      deletedExperiments,
      ...(hasMore && { nextPageToken: encodePageToken(query, offset + maxResults) }),
    };
  }

  async #headsOf(subject: Subject, ids: readonly string[]): Promise<RunHead[]> {
    const heads = new Map(ids.map((id) => [id, new RunHead(subject, id)]));
    for (const fact of await this.#history.factsOf(subject, ids)) heads.get(fact.id)?.fold(fact);
    return [...heads.values()];
  }
}
