import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from './coded-error.ts';
import type { ServiceLog } from './service-log.ts';

const firstPauseMs = 250;
const longestPauseMs = 5000;

/**
 * Tries a start-up step until what it needs is there, so that services and servers may come up in any order. Faults
 * that do not pass by themselves are thrown.
 */
export async function untilAvailable<T>(log: ServiceLog, name: string, step: () => Promise<T>): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await step();
    } catch (error) {
      if (!isTransient(error)) throw error;
      log.warn('waiting-for-dependency', { step: name, pauseMs, reason: error.message });
      await sleep(pauseMs);
    }
  }
}
