/** A record to publish. The partition is always explicit: kafkajs can lose keyless records on a retry. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** A list where a header is repeated. */
  readonly headers?: Readonly<Record<string, Buffer | Buffer[]>>;
  /** Kafka timestamp; the time of sending when absent. */
  readonly timestampMs?: number;
}
