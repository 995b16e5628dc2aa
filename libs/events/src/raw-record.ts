/** What decoding needs of a Kafka record. */
export interface RawRecord {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export type UndecodableReason = 'null-value' | 'not-framed' | 'unknown-schema-id' | 'undecodable';

/** A record's value, or why it has none: bad bytes are a result, never an exception. */
export type DecodeResult<T> =
  | { readonly ok: true; readonly value: T; readonly schemaId: number }
  | { readonly ok: false; readonly reason: UndecodableReason; readonly message: string };
