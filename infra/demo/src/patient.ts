import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, HttpProblem } from '@millrace/client';
import { TransientError } from '@millrace/events';

export interface Patience {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** How long a part of the platform may be away. */
  readonly forMs?: number;
  readonly firstMs?: number;
}

const defaultForMs = 300_000;
const longestPauseMs = 5_000;
const away = new Set([429, 502, 503, 504]);

/** Does it again, at growing intervals, while a part of the platform is away: a restart of one must not end the story. */
export async function patient<T>(patience: Patience, work: () => Promise<T>): Promise<T> {
  const { signal, say, forMs = defaultForMs, firstMs = 250 } = patience;
  let pauseMs = firstMs;
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await work();
    } catch (error) {
      if (!isOutage(error) || waitedMs >= forMs) throw error;
      if (waitedMs === 0) say(`waiting: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (waitedMs > 0) pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    await sleep(pauseMs, undefined, { signal });
  }
}

export function isOutage(error: unknown): boolean {
  if (error instanceof TransientError) return true;
  if (error instanceof HttpProblem) return away.has(error.status);
  return error instanceof ClientError && error.code === 'CLIENT_UNREACHABLE';
}
