import type { OutgoingRecord } from '../outgoing-record.ts';

/** What is known of a dead letter besides its bytes. */
export interface LetterSummary {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly generation: number;
  readonly timestampMs: number;
  /** Group that gave up on it, without the configured prefix. */
  readonly group: string;
  readonly reason: string;
  readonly message: string;
  readonly schemaId: number | null;
  readonly atMs: number;
  /** Of the record's own value, null when it had none. */
  readonly valueBytes: number | null;
  /** What of the record the letter does not hold: it was larger than the dead-letter topic takes, compressed too. */
  readonly cut: readonly LetterCut[];
  /** When it was brought back, null when it was not. */
  readonly replayedAtMs: number | null;
}

/** A part of a record that a letter holds only the beginning of, headers none of. */
export interface LetterCut {
  readonly part: 'key' | 'value' | 'headers';
  /** Of the part as it was. */
  readonly sizeBytes: number;
  /** Of the part as it was, in hex: tells whether bytes found elsewhere are the same. Headers have none. */
  readonly sha256?: string;
}

/** A record that could not be handled, with what is needed to understand it and to bring it back. */
export interface DeadLetter extends LetterSummary {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The record's own headers. */
  readonly headers: LetterHeaders;
}

export type LetterHeaders = NonNullable<OutgoingRecord['headers']>;

/** Where a record was given up. */
export type LetterPlace = Pick<LetterSummary, 'topic' | 'generation' | 'partition' | 'offset'>;

/** Names a source record: letters with equal places are copies that a crash wrote twice. */
export function placeOf(letter: LetterPlace): string {
  return `${letter.topic}|${letter.generation}|${letter.partition}|${letter.offset}`;
}
