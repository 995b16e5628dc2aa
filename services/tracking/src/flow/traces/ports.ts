import type { FollowedLog, Placed } from '../followed-log.ts';
import type { TraceEvent } from '@millrace/schemas';
import type { PlacedSpan, TraceFact, WritePosition } from './trace-facts.ts';
import type { TraceSearch } from './trace-search.ts';

/** The log of writes to traces, appended to. */
export interface TraceEvents {
  /** Positions of the acknowledged writes. A write that is larger than the log takes is refused before any is made. */
  append(events: readonly TraceEvent[]): Promise<WritePosition[]>;
}

/** The log of writes to traces, followed. */
export type TraceLog = FollowedLog<TraceEvent>;
export type PlacedTraceEvent = Placed<TraceEvent>;

/** Next offset of every partition: a moment of the log. */
export type LogMoment = readonly number[];

/** The history of traces in the analytical store. */
export interface TraceHistory {
  /** Waits until every write below `nextOffset` of the partitions is stored. Throws a transient error when it takes too long. */
  untilStored(positions: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void>;
  factsOf(traceIds: readonly string[]): Promise<TraceFact[]>;
  spansOf(traceIds: readonly string[]): Promise<PlacedSpan[]>;
  /** The spans of those of the traces in which any says what it used or cost, with these attributes and nothing else. */
  countedSpansOf(traceIds: readonly string[]): Promise<PlacedSpan[]>;
  /** Ids in order, of traces as they stood at the moment of the search. */
  search(search: TraceSearch): Promise<string[]>;
  /** How many traces meet the filters of the searches, in their order. */
  count(searches: readonly TraceSearch[]): Promise<number[]>;
}

/** The experiments of runs that traces are linked to. */
export interface KnownRuns {
  /** Null when there is no such run. */
  experimentOf(runId: string): Promise<string | null>;
}
