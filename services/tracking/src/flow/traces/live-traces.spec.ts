import type { TraceEvent } from '@millrace/schemas';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LiveTraces } from './live-traces.ts';
import type { LogTaker } from '../followed-log.ts';
import type { TraceHistory, TraceLog } from './ports.ts';
import { placedSpansOf, traceFactsOf } from './trace-facts.ts';
import { traceEvent, traceSpan } from './trace-under-test.ts';

/** One partition in memory, and a history that has stored a part of it. */
class SimulatedStore implements TraceLog, TraceHistory {
  readonly partitions = 1;
  readonly events: TraceEvent[] = [];
  storedTo = 0;
  waits: number[] = [];
  loads = 0;
  failing = false;
  giving = true;
  taker: LogTaker<TraceEvent> | undefined;

  add(said: Partial<TraceEvent>): void {
    this.events.push(traceEvent(said));
  }
  partitionOf(): number {
    return 0;
  }
  endOffsets(): Promise<number[]> {
    return Promise.resolve([this.events.length]);
  }
  follow(taker: LogTaker<TraceEvent>): void {
    this.taker = taker;
    void (async () => {
      for (;;) {
        await taker.untilWanted();
        const from = taker.positionOf(0);
        const events = this.events.slice(from, from + 2).map((event, index) => ({ event, offset: from + index }));
        if (this.giving && events.length > 0) taker.take(0, events, from + events.length);
        await setImmediate();
      }
    })();
  }
  untilStored([wanted]: readonly { nextOffset: number }[]): Promise<void> {
    if (this.failing) return Promise.reject(new Error('away'));
    this.waits.push(wanted?.nextOffset ?? 0);
    this.storedTo = Math.max(this.storedTo, wanted?.nextOffset ?? 0);
    return Promise.resolve();
  }
  factsOf(traceIds: readonly string[]) {
    this.loads += 1;
    return Promise.resolve(this.#stored(traceIds).flatMap(({ event, place }) => traceFactsOf(event, place)));
  }
  spansOf(traceIds: readonly string[]) {
    return Promise.resolve(this.#stored(traceIds).flatMap(({ event, place }) => placedSpansOf(event, place)));
  }
  countedSpansOf(traceIds: readonly string[]) {
    return this.spansOf(traceIds);
  }
  search(): Promise<string[]> {
    return Promise.resolve([]);
  }
  count(): Promise<number[]> {
    return Promise.resolve([]);
  }
  #stored(traceIds: readonly string[]) {
    return this.events
      .slice(0, this.storedTo)
      .map((event, offset) => ({ event, place: { partition: 0, offset } }))
      .filter(({ event }) => traceIds.includes(event.traceId));
  }
}

const live = (store: SimulatedStore, maxBytes = 1_000_000): LiveTraces =>
  new LiveTraces(store, store, { maxBytes, maxCatchUp: 1000, readTimeoutMs: 20 });
const tag = (value: string): Partial<TraceEvent> => ({ type: 'tagged', tags: [{ key: 't', value }] });
const spans = (spanId = 'a'): Partial<TraceEvent> => ({ spans: [traceSpan({ spanId })] });

describe('a trace', () => {
  it('that begins while the log is followed does not wait for history', async () => {
    const store = new SimulatedStore();
    const traces = live(store);
    await traces.follow();
    store.add(spans());
    store.add(tag('1'));
    expect((await traces.get('tr-1'))?.tag('t')).toBe('1');
    expect(store.waits).toEqual([0]);
    store.add(tag('2'));
    expect((await traces.get('tr-1'))?.tag('t')).toBe('2');
    expect(store.loads).toBe(1);
  });

  it('that began before is made whole from history, and what comes meanwhile is in it', async () => {
    const store = new SimulatedStore();
    store.add(spans('old'));
    const traces = live(store);
    await traces.follow();
    store.add(spans('new'));
    const head = await traces.get('tr-1');
    expect(head?.spans.map(({ spanId }) => spanId).sort()).toEqual(['new', 'old']);
    expect(store.waits).toEqual([1]);
  });

  it('that nobody wrote to is not there and takes no memory', async () => {
    const store = new SimulatedStore();
    const traces = live(store);
    await traces.follow();
    const before = traces.heldBytes;
    expect(await traces.get('tr-none')).toBeNull();
    expect(traces.heldBytes).toBe(before);
  });

  it('is asked for again after history was away', async () => {
    const store = new SimulatedStore();
    store.add(spans());
    const traces = live(store);
    await traces.follow();
    store.failing = true;
    await expect(traces.get('tr-1')).rejects.toThrow('away');
    store.failing = false;
    expect(await traces.get('tr-1')).not.toBeNull();
  });

  it('is answered from memory alone when it has just begun', async () => {
    const store = new SimulatedStore();
    store.failing = true;
    const traces = live(store);
    await traces.follow();
    store.add(spans());
    expect((await traces.recent('tr-1')).exists).toBe(true);
  });
});

describe('memory', () => {
  it('is bounded in bytes, and what was forgotten comes back whole from history', async () => {
    const store = new SimulatedStore();
    const traces = live(store, 100_000);
    await traces.follow();
    for (let index = 0; index < 50; index += 1) {
      store.add({ traceId: `tr-${index}`, spans: [traceSpan({ attributes: { a: 'x'.repeat(5000) } })] });
    }
    await traces.recent('tr-49');
    expect(traces.heldBytes).toBeLessThanOrEqual(100_000);
    store.add({ traceId: 'tr-0', ...tag('late') });
    const head = await traces.get('tr-0');
    expect([head?.spans.length, head?.tag('t')]).toEqual([1, 'late']);
    expect(store.waits.at(-1)).toBeGreaterThan(0);
  });

  it('gives a trace whole that is larger than all of it', async () => {
    const store = new SimulatedStore();
    const traces = live(store, 10_000);
    await traces.follow();
    store.add({ spans: [traceSpan({ attributes: { a: 'x'.repeat(50_000) } })] });
    expect((await traces.get('tr-1'))?.spans).toHaveLength(1);
    expect(traces.heldBytes).toBeLessThanOrEqual(10_000);
  });

  it('is dropped when the log has gone far ahead', async () => {
    const store = new SimulatedStore();
    const traces = new LiveTraces(store, store, { maxBytes: 1_000_000, maxCatchUp: 5, readTimeoutMs: 1000 });
    await traces.follow();
    store.add(spans('first'));
    await traces.get('tr-1');
    for (let index = 0; index < 10; index += 1) store.add({ traceId: 'tr-2', ...spans() });
    store.add(spans('second'));
    expect((await traces.get('tr-1'))?.spans).toHaveLength(2);
  });
});

it('a read that the log does not come to is refused, and answered when it does', async () => {
  const store = new SimulatedStore();
  const traces = live(store);
  await traces.follow();
  store.giving = false;
  store.add(spans());
  await expect(traces.get('tr-1')).rejects.toThrow('the log of traces is read up to 0 of 1 in partition 0');
  store.giving = true;
  expect(await traces.get('tr-1')).not.toBeNull();
});

it('a log that was made anew is followed from its end, and what is older comes from history', async () => {
  const store = new SimulatedStore();
  const traces = live(store);
  await traces.follow();
  store.add(spans());
  await traces.get('tr-1');
  const loads = store.loads;
  store.taker?.lost(0);
  await setImmediate();
  expect((await traces.get('tr-1'))?.spans).toHaveLength(1);
  expect(store.loads).toBe(loads + 1);
});

it('a caller joins no reading that began before it asked', async () => {
  const store = new SimulatedStore();
  const traces = live(store);
  await traces.follow();
  store.add(spans());
  const first = traces.get('tr-1');
  store.add(tag('1'));
  const second = traces.get('tr-1');
  await first;
  expect((await second)?.tag('t')).toBe('1');
});
