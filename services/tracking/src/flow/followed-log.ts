export interface Placed<E> {
  readonly event: E;
  readonly offset: number;
}

/** A log of events, followed: what was appended anywhere is read from it. */
export interface FollowedLog<E> {
  readonly partitions: number;
  partitionOf(id: string): number;
  /** Next offset of every partition now: what a read that begins now must have seen. */
  endOffsets(): Promise<readonly number[]>;
  /** Begins to give what lies in the log, and waits at its ends. */
  follow(taker: LogTaker<E>): void;
}

export interface LogTaker<E> {
  /** Next offset that is wanted of a partition. It may move on by itself, as when own writes are acknowledged. */
  positionOf(partition: number): number;
  /** Gets all events from the position on, in order, and where they end. */
  take(partition: number, events: readonly Placed<E>[], nextOffset: number): void;
  /** Resolves when more is wanted: until then nothing is fetched. */
  untilWanted(): Promise<void>;
  /** What was at the position is no longer in the log. */
  lost(partition: number): void;
}
