export interface PurgedRun {
  readonly id: string;
  readonly experimentId: string;
}

/** Deleted and purged runs in the store. */
export interface RunErasure {
  /** Deleted before that time, by id, behind `afterId`. */
  deletedBefore(wanted: RunsToPurge): Promise<string[]>;
  /** Runs with a purge in the log whose rows are still there, by id, behind `afterId`. */
  notErased(afterId: string): Promise<PurgedRun[]>;
  /** Takes out all rows of these runs but those that say that they were purged. A repeat changes nothing. */
  erase(runs: readonly PurgedRun[]): Promise<void>;
}

export interface RunsToPurge {
  readonly experimentId: string;
  readonly beforeMs: number;
  readonly afterId: string;
  /** With the experiment all of its runs count as deleted. */
  readonly all: boolean;
}
