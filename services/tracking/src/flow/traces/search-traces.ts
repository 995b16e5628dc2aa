import type { LiveTraces } from './live-traces.ts';
import type { LogMoment, TraceHistory } from './ports.ts';
import { associationOf, type Association } from './association.ts';
import { TraceHead, type TraceInfo } from './trace-head.ts';
import { decodeTracePage, encodeTracePage } from './trace-page.ts';
import { resolveTraceFilter, resolveTraceOrder, type TraceSearch } from './trace-search.ts';

export interface TraceQuery {
  readonly experimentIds: readonly string[];
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
}

export interface AssociationQuery {
  readonly experimentIds: readonly string[];
  readonly filters: readonly [string, string];
  readonly baseFilter: string;
}

/** Searches in history, which wait until it holds what was acknowledged before them. */
export class SearchTraces {
  readonly #live: LiveTraces;
  readonly #history: TraceHistory;

  constructor(live: LiveTraces, history: TraceHistory) {
    this.#live = live;
    this.#history = history;
  }

  /** All pages of a search show traces as they stood when it began, so none is missed and none comes twice. */
  async run(query: TraceQuery): Promise<{ traces: TraceInfo[]; nextPageToken?: string }> {
    const { experimentIds, filter, orderBy, maxResults, pageToken } = query;
    const bound = { experimentIds, filter, orderBy };
    const search = { experimentIds, filter: resolveTraceFilter(filter), order: resolveTraceOrder(orderBy) };
    const { moment, offset } =
      pageToken === undefined
        ? { moment: await this.#live.storedMoment(), offset: 0 }
        : decodeTracePage(bound, pageToken);
    const found = await this.#history.search({ ...search, moment, offset, limit: maxResults + 1 });
    const traces = await this.infos(found.slice(0, maxResults));
    if (found.length <= maxResults) return { traces };
    return { traces, nextPageToken: encodeTracePage(bound, { moment, offset: offset + maxResults }) };
  }

  /** In the order of the ids; what is no trace, or none any more, is left out. */
  async infos(traceIds: readonly string[]): Promise<TraceInfo[]> {
    const heads = new Map(traceIds.map((traceId) => [traceId, new TraceHead(traceId)]));
    const ids = [...heads.keys()];
    const [allFacts, allSpans] = await Promise.all([this.#history.factsOf(ids), this.#history.countedSpansOf(ids)]);
    const facts = Map.groupBy(allFacts, ({ traceId }) => traceId);
    const spans = Map.groupBy(allSpans, ({ traceId }) => traceId);
    for (const [traceId, head] of heads) head.foldHistory(facts.get(traceId) ?? [], spans.get(traceId) ?? []);
    return [...heads.values()].filter(({ exists }) => exists).map(({ info }) => info);
  }

  /** How much more often two filters hold of the same traces than by chance. */
  async association({ experimentIds, filters, baseFilter }: AssociationQuery): Promise<Association> {
    const [first, second] = filters.map((filter) => resolveTraceFilter(filter));
    const base = resolveTraceFilter(baseFilter);
    if (first === undefined || second === undefined) throw new Error('two filters are compared');
    const moment = await this.#live.storedMoment();
    const searches = [[], [first], [second], [first, second]].map((more) =>
      searchOf(experimentIds, { kind: 'and', terms: [base, ...more] }, moment),
    );
    const [total = 0, inFirst = 0, inSecond = 0, inBoth = 0] = await this.#history.count(searches);
    return associationOf({ total, inFirst, inSecond, inBoth });
  }
}

function searchOf(experimentIds: readonly string[], filter: TraceSearch['filter'], moment: LogMoment): TraceSearch {
  return { experimentIds, filter, order: [], moment, limit: 0, offset: 0 };
}
