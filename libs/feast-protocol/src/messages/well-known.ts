import { integer, MessageType } from '../wire/message-type.ts';

/** `google.protobuf.Timestamp` and `Duration`, which look alike. */
export interface Seconds {
  readonly seconds?: number;
  readonly nanos?: number;
}

export const seconds = new MessageType<Seconds>(() => ({ seconds: integer(1), nanos: integer(2) }));

/** Rounded down to the millisecond before the epoch too, where the nanoseconds count forwards all the same. */
export function secondsOf(milliseconds: number): Seconds {
  const whole = Math.floor(milliseconds / 1_000);
  return { seconds: whole, nanos: Math.floor(milliseconds - whole * 1_000) * 1_000_000 };
}
