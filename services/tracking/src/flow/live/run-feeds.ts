import { CodedError, UnavailableError } from '@millrace/service-kit';
import type { ExperimentsJournal } from '../ports.ts';
import type { SearchRuns } from '../runs/search-runs.ts';
import type { FeedScope } from './feed-scope.ts';
import { decodePosition } from './log-position.ts';
import { RunFeed, type FeedEvent, type RunFeedOptions, type RunFeedParts } from './run-feed.ts';

export interface RunFeedsOptions extends RunFeedOptions {
  /** Subscriptions of this instance at a time. */
  readonly maxFeeds: number;
}

export interface OpenFeed<State> {
  readonly events: AsyncGenerator<FeedEvent<State>, void, void>;
  close(): void;
}

/** All subscriptions of this instance. */
export class RunFeeds<State> {
  readonly #parts: RunFeedParts<State>;
  readonly #experiments: Pick<ExperimentsJournal, 'read'>;
  readonly #search: Pick<SearchRuns, 'run'>;
  readonly #options: RunFeedsOptions;
  readonly #open = new Set<RunFeed<State>>();

  constructor(
    parts: RunFeedParts<State>,
    others: { readonly experiments: Pick<ExperimentsJournal, 'read'>; readonly search: Pick<SearchRuns, 'run'> },
    options: RunFeedsOptions,
  ) {
    this.#parts = parts;
    this.#experiments = others.experiments;
    this.#search = others.search;
    this.#options = options;
  }

  get count(): number {
    return this.#open.size;
  }

  ofRuns(ids: readonly string[], afterId: string | undefined): OpenFeed<State> {
    return this.#feed({ of: 'runs', ids }, afterId, async () => ids);
  }

  /** With the `states` runs that started last, as they stand, first. */
  async ofExperiment(id: string, states: number, afterId: string | undefined): Promise<OpenFeed<State>> {
    if (!(await this.#experiments.read()).experiments.has(id))
      throw new CodedError('TRACKING_EXPERIMENT_NOT_FOUND', `there is no experiment ${JSON.stringify(id)}`);
    return this.#feed({ of: 'experiment', id }, afterId, () => this.#newest(id, states));
  }

  /** Ends all of them: their readers go on at another instance. */
  close(): void {
    for (const feed of this.#open) feed.close();
  }

  #feed(scope: FeedScope, afterId: string | undefined, statesOf: () => Promise<readonly string[]>): OpenFeed<State> {
    const { maxFeeds } = this.#options;
    if (this.#open.size >= maxFeeds) {
      throw new UnavailableError(
        'TRACKING_SUBSCRIPTIONS_UNAVAILABLE',
        `this instance has ${maxFeeds} subscriptions, which is all it takes: come again, ask another instance, or raise MILLRACE_TRACKING_SUBSCRIPTIONS`,
      );
    }
    const feed = new RunFeed(this.#parts, scope, this.#options);
    this.#open.add(feed);
    return { events: this.#events(feed, afterId, statesOf), close: () => this.#end(feed) };
  }

  async *#events(
    feed: RunFeed<State>,
    afterId: string | undefined,
    statesOf: () => Promise<readonly string[]>,
  ): AsyncGenerator<FeedEvent<State>, void, void> {
    try {
      const after = afterId === undefined ? undefined : decodePosition(afterId, feed.partitions);
      yield* feed.events(after, after === undefined ? await statesOf() : []);
    } finally {
      this.#end(feed);
    }
  }

  async #newest(experimentId: string, count: number): Promise<string[]> {
    if (count === 0) return [];
    const { heads } = await this.#search.run({
      subject: 'run',
      experimentIds: [experimentId],
      filter: undefined,
      viewType: 'ACTIVE_ONLY',
      orderBy: [],
      maxResults: count,
      pageToken: undefined,
    });
    return heads.map(({ id }) => id);
  }

  #end(feed: RunFeed<State>): void {
    feed.close();
    this.#open.delete(feed);
  }
}
