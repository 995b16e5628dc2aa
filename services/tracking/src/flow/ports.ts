import type { Journal } from '@millrace/events';
import type { RunEvent } from '@millrace/schemas';
import type { ExperimentCommand, ExperimentsState } from './experiments.ts';
import type { RunFact, Subject } from './run-facts.ts';
import type { RunSearch } from './run-search.ts';

export type ExperimentsJournal = Pick<Journal<ExperimentsState, ExperimentCommand>, 'submit' | 'read'>;

/** The log of writes, appended to. */
export interface RunEvents {
  /** Position of the acknowledged write. */
  append(event: RunEvent): Promise<{ partition: number; offset: number }>;
}

/** The log of writes, followed: what was acknowledged anywhere is read from it. */
export interface RunLog {
  partitionOf(id: string): number;
  readonly partitions: number;
  /** Next offset of the partition now: what a read that begins now must have seen. */
  endOffset(partition: number): Promise<number>;
  /** Records from `from` on, up to what there is; may be asked beyond the end, which gives none. */
  read(partition: number, from: number): Promise<{ events: readonly PlacedEvent[]; nextOffset: number }>;
}

export interface PlacedEvent {
  readonly event: RunEvent;
  readonly offset: number;
}

/** The history of runs in the analytical store. */
export interface RunHistory {
  /** Waits until every write below `nextOffset` of the partition is stored. Throws a transient error when it takes too long. */
  untilStored(positions: readonly { readonly partition: number; readonly nextOffset: number }[]): Promise<void>;
  /** All facts of the subjects but metrics, of which only the point that counts. */
  factsOf(subject: Subject, ids: readonly string[]): Promise<RunFact[]>;
  /** Ids in order. */
  search(search: RunSearch): Promise<string[]>;
  /** Points of a metric, each once, by time, step and value. */
  metricHistory(page: {
    readonly runId: string;
    readonly key: string;
    readonly limit: number;
    readonly offset: number;
  }): Promise<RunFact[]>;
}
