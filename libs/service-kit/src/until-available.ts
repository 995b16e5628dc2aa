import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './coded-error.ts';
import type { ServiceLog } from './service-log.ts';

const firstPauseMs = 250;
const longestPauseMs = 5000;

export interface WaitOptions {
  /** Ends the wait with an error: what it is for is not wanted any more. */
  readonly signal?: AbortSignal;
  /** Told of a fault that does not pass by itself, which is then tried again like an outage. Without this it is thrown. */
  readonly onFault?: (error: unknown) => void;
}

/**
 * Tries a start-up step until what it needs is there, so that services and servers may come up in any order. Faults
 * that do not pass by themselves are thrown.
 */
export async function untilAvailable<T>(
  log: ServiceLog,
  name: string,
  step: () => Promise<T>,
  { signal, onFault }: WaitOptions = {},
): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal?.throwIfAborted();
    try {
      return await step();
    } catch (error) {
      signal?.throwIfAborted();
      if (isTransient(error)) log.warn('waiting-for-dependency', { step: name, pauseMs, reason: error.message });
      else if (onFault) onFault(error);
      else throw error;
    }
    await sleep(pauseMs, undefined, signal ? { signal } : {});
  }
}
