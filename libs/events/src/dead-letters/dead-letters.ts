import type { EventBus } from '../event-bus.ts';

export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly generation: number;
  readonly timestampMs: number;
  readonly group: string;
  readonly reason: string;
  readonly message: string;
  readonly schemaId: number | null;
  readonly atMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers. */
  readonly headers: Readonly<Record<string, Buffer | readonly Buffer[]>>;
  /** When it was brought back, null when it was not. */
  readonly replayedAtMs: number | null;
}

export interface DeadLetterQuery {
  /** Group without the configured prefix. */
  readonly group: string;
  readonly reason?: string;
  /** Only letters of this topic, and of this partition and offset where given. */
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** Leaves out those that were brought back. */
  readonly pending?: boolean;
  readonly limit?: number;
}

export interface ReplayOptions extends DeadLetterQuery {
  /** The bytes to publish in place of the original ones; undefined skips the letter. */
  readonly mend?: (letter: DeadLetter) => Buffer | null | undefined;
  /** Brings back also those that were brought back before. */
  readonly again?: boolean;
}

/** Dead letters of a group, oldest first within each source partition, each source record once. */
export function listDeadLetters(_bus: EventBus, _query: DeadLetterQuery): Promise<DeadLetter[]> {
  throw new Error('being built');
}

/** Publishes dead letters to their own topic, partition and key again; one that was brought back is left out. */
export function replayDeadLetters(_bus: EventBus, _options: ReplayOptions): Promise<DeadLetter[]> {
  throw new Error('being built');
}
