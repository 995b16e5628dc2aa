/** A record to publish. The partition is always explicit: kafkajs can lose keyless records on a retry. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** A list where a header is repeated or, with null, has no value. */
  readonly headers?: Readonly<Record<string, Buffer | readonly (Buffer | null)[]>>;
  /** Kafka timestamp; the time of sending when absent. */
  readonly timestampMs?: number;
}
