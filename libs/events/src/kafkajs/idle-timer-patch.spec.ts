import { expect, test, vi } from 'vitest';
import type { RequestQueue, RequestQueueClass } from './idle-timer-patch.ts';
import { loadInternal } from './kafkajs-internals.ts';
import './load-kafkajs.ts';
import { stockModule } from './stock-module.ts';

const patched = loadInternal('src/network/requestQueue') as RequestQueueClass;
const stock = stockModule('src/network/requestQueue/index.js') as RequestQueueClass;

function idleQueue(QueueClass: RequestQueueClass): RequestQueue {
  const logger = { debug: () => undefined };
  return new QueueClass({ maxInFlightRequests: 1, requestTimeout: 1, clientId: 'c', broker: 'b', logger });
}

test('kafkajs still re-arms a timer for an idle connection: when this fails, drop the patch', () => {
  vi.useFakeTimers();
  const queue = idleQueue(stock);
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(50);
  expect(vi.getTimerCount()).toBe(1);
  vi.useRealTimers();
});

test('an idle connection has no timer', () => {
  vi.useFakeTimers();
  const queue = idleQueue(patched);
  queue.checkPendingRequests();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('a throttled connection looks again when the throttle ends, and once only', () => {
  vi.useFakeTimers();
  const queue = Object.assign(idleQueue(patched), { throttledUntil: Date.now() + 1_000 });
  const checks = vi.spyOn(queue, 'checkPendingRequests');
  queue.scheduleCheckPendingRequests();
  queue.scheduleCheckPendingRequests();
  vi.advanceTimersByTime(999);
  expect(checks).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(1_000);
  expect(checks).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
