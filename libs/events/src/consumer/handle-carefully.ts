import { TransientError } from '../errors.ts';
import { GivenUp, StartOverError, StopSourceError } from './flow-errors.ts';
import type { HandleResult } from './partition-handler.ts';
import type { Slice } from './partition-queue.ts';

export interface CarefulHandling {
  /** One call of the handler. */
  call(slice: Slice): Promise<HandleResult>;
  /** Dead letters out, progress moved. */
  done(slice: Slice, result: HandleResult): Promise<void>;
  /** Waits before the next try; throws GivenUp when the partition is being taken away, which ends the handling. */
  backOff(attempt: number, error: Error): Promise<void>;
  unblocked(): void;
  /** What to do with a single record that the handler fails on. */
  fault(slice: Slice, error: Error): HandleResult;
}

const TRIES = 3;

/**
 * Handles a batch so that it ends: an outage is waited for with the same batch, our own fault is tried three times and
 * then cornered by halving until the one record is found. Order is kept: what comes later waits for what comes first.
 */
export async function handleCarefully(slice: Slice, handling: CarefulHandling): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const fault = await attemptOnce(slice, handling);
    if (fault === null) return;
    if (attempt === TRIES) return corner(slice, fault, handling);
    await handling.backOff(attempt, fault);
  }
}

async function corner(slice: Slice, fault: Error, handling: CarefulHandling): Promise<void> {
  if (slice.records.length === 1) return untilDone(slice, handling.fault(slice, fault), handling);
  for (const half of halve(slice)) {
    const again = await attemptOnce(half, handling);
    if (again !== null) await corner(half, again, handling);
  }
}

/** Null when the slice is done, the fault of our own otherwise. An outage is never an outcome. */
async function attemptOnce(slice: Slice, handling: CarefulHandling): Promise<Error | null> {
  for (let attempt = 1; ; attempt++) {
    let result: HandleResult;
    try {
      result = await handling.call(slice);
    } catch (error) {
      if (isDecided(error)) throw error;
      if (!(error instanceof TransientError)) return asError(error);
      await handling.backOff(attempt, error);
      continue;
    }
    if (attempt > 1) handling.unblocked();
    await untilDone(slice, result, handling);
    return null;
  }
}

/** The handler is not called again when only the dead letters could not be written: its effects are there. */
async function untilDone(slice: Slice, result: HandleResult, handling: CarefulHandling): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await handling.done(slice, result);
      if (attempt > 1) handling.unblocked();
      return;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await handling.backOff(attempt, error);
    }
  }
}

/** Neither an outage nor a fault: the handler or the consumer has decided about the whole partition. */
function isDecided(error: unknown): boolean {
  return error instanceof StartOverError || error instanceof StopSourceError || error instanceof GivenUp;
}

/** Two slices that together are the whole, the first one ending where the second begins. */
export function halve(slice: Slice): readonly [Slice, Slice] {
  const middle = slice.records.length >> 1;
  const right = slice.records.slice(middle);
  const boundary = right[0]?.offset ?? slice.nextOffset;
  return [
    { ...slice, records: slice.records.slice(0, middle), nextOffset: boundary },
    { ...slice, records: right },
  ];
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
