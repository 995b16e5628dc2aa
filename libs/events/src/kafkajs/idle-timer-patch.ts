import { loadInternal } from './kafkajs-internals.ts';

export interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

export interface RequestQueueClass {
  new (options: object): RequestQueue;
  readonly prototype: RequestQueue;
}

const overloadedCheckMs = 10;

/**
 * kafkajs 2.2.4 re-arms this timer after every response, also when nothing waits, with a negative delay that Node turns
 * into 1 ms: an idle connection wakes up 900 times a second. Here the timer exists only while there is something to do.
 */
export function quietIdleTimer(): void {
  const { prototype } = loadInternal('src/network/requestQueue') as RequestQueueClass;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId) return;
    const throttledMs = this.throttledUntil - Date.now();
    if (this.pending.length === 0 && throttledMs <= 0) return;
    const delayMs = throttledMs > 0 ? throttledMs : overloadedCheckMs;
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, delayMs);
  };
}
