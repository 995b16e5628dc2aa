/** A decoded source record: column name to value, as Avro gave it (longs may be bigint, timestamps may be Date). */
export type Row = Readonly<Record<string, unknown>>;

export const invalidReasons = [
  'missing-entity',
  'missing-event-time',
  'invalid-event-time',
  'not-a-number',
  'wrong-type',
  'missing-key',
  'unknown-operation',
  'invalid-available-at',
] as const;
/** Stable codes: they become the reasons of dead letters. */
export type InvalidReason = (typeof invalidReasons)[number];

export interface Invalid {
  readonly invalid: InvalidReason;
  readonly message: string;
}

export function isInvalid(value: object): value is Invalid {
  return 'invalid' in value;
}
