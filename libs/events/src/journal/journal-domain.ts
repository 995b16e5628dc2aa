/** What `apply` may know of a command besides itself: all of it comes from the log. */
export interface CommandMeta {
  /** Position in the journal: unique and ascending, so ids can be made of it. */
  readonly offset: number;
  readonly atMs: number;
  readonly actor: string;
  readonly requestId: string;
  readonly commandId: string;
}

/** A record for others that a command gives rise to. */
export interface PublicEvent {
  /** Topic without the configured prefix. */
  readonly topic: string;
  readonly key: string | null;
  /** Encoded by the publisher with the topic's schema; identity fields are added to it. */
  readonly value: Readonly<Record<string, unknown>>;
}

export type Applied = Accepted | Rejected;

export interface Accepted {
  readonly ok: true;
  readonly result: unknown;
  readonly events?: readonly PublicEvent[];
}

/** A rejection is a result like any other: every instance comes to it. */
export interface Rejected {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

/** One thing that a command is about, as it was and as it is then; null where it is not there. */
export interface SubjectChange {
  readonly kind: string;
  readonly id: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The rules of one kind of metadata: pure and total, the same on every instance. */
export interface Domain<S, C extends { readonly type: string }> {
  /** Command types that `apply` knows: any other in the log makes the instance unready. */
  readonly types: readonly C['type'][];
  initial(): S;
  /** Changes `state` in place, or leaves it as it was and rejects. Reads no clock, draws no randomness, never throws. */
  apply(state: S, command: C, meta: CommandMeta): Applied;
  /**
   * For the audit trail: called before `apply` and asked after it. Gives what the command is about, first, also when it
   * was rejected, and then everything else that it changed. Without it the trail holds commands without before and after.
   */
  watch?(state: S, command: C): (applied: Applied) => readonly SubjectChange[];
}
