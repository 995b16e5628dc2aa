import type { TraceEvent } from '@millrace/schemas';
import type { PlacedSpan, TraceFact, WritePosition } from './trace-facts.ts';
import type { TraceSearch } from './trace-search.ts';

/** The log of writes to traces, appended to. */
export interface TraceEvents {
  /** Positions of the acknowledged writes. A write that is larger than the log takes is refused before any is made. */
  append(events: readonly TraceEvent[]): Promise<WritePosition[]>;
}

/** The log of writes to traces, followed: what was acknowledged anywhere is read from it. */
export interface TraceLog {
  readonly partitions: number;
  partitionOf(traceId: string): number;
  /** Next offset of every partition now: what a read that begins now must have seen. */
  endOffsets(): Promise<readonly number[]>;
  /** Begins to give what lies in the log, and waits at its ends. */
  follow(taker: TraceLogTaker): void;
}

export interface TraceLogTaker {
  /** Next offset that is wanted of a partition. */
  positionOf(partition: number): number;
  /** Gets all trace events from the position on, in order, and where they end. */
  take(partition: number, events: readonly PlacedTraceEvent[], nextOffset: number): void;
  /** Resolves when more is wanted: until then nothing is fetched. */
  untilWanted(): Promise<void>;
  /** What was at the position is no longer in the log. */
  lost(partition: number): void;
}

export interface PlacedTraceEvent {
  readonly event: TraceEvent;
  readonly offset: number;
}

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

/** Whether a run that a trace wants to be linked to is there. */
export interface KnownRuns {
  exists(runId: string): Promise<boolean>;
}
