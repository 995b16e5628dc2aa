import { describe, expect, it } from 'vitest';
import {
  count,
  decayedSum,
  entity,
  featureView,
  lifetime,
  session,
  source,
  sum,
  tumbling,
} from '../definitions/builder.ts';
import { noDefinitions, parseDefinitions } from '../definitions/parse-definitions.ts';
import { compileView } from '../plans/compile.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import { stateBytes } from '../reference/state-bytes.ts';
import { WindowStateError } from '../windows/window-codec.ts';
import type { WindowDocument } from './window-document.ts';

const payments = source({
  name: 'payments',
  topic: 'payments',
  eventTime: { column: 'at', unit: 'ms' },
  columns: { at: 'timestamp', card: 'string', amount: 'double' },
});
const card = entity({ name: 'card', key: 'card', type: 'string' });

function viewOf(features: Parameters<typeof featureView>[0]['features'], allowedLateness = '0s'): ViewPlan {
  const view = featureView({ name: 'v', entity: card, source: payments, allowedLateness, features });
  const parsed = parseDefinitions([{ ...payments, entity: 'card', partitioner: 'murmur2' }, card, view], noDefinitions);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compileView('v@1', parsed.definitions);
}

const amounts = (window: WindowDocument) => ({ sum: sum('amount', window) });
const paid = (timeMs: number, position: number, amount: number) => ({
  timeMs,
  position,
  inputs: { numbers: [amount], strings: [] },
});
const minute = 60_000;

describe('a session', () => {
  const plan = viewOf({
    ...amounts(session({ gap: '30m', max: '2h' })),
    n: count(session({ gap: '30m', max: '2h' })),
  });
  const valuesAt = (minutes: readonly number[], atMs: number) => {
    const state = plan.emptyState();
    minutes.forEach((each, position) => state.apply(paid(each * minute, position, 10 ** position)));
    return Array.from(plan.evaluate(state, { timeMs: atMs }).numbers);
  };

  it('goes on after a pause that is as long as the gap, and breaks after one that is a millisecond longer', () => {
    expect(valuesAt([0, 30, 60], 60 * minute)).toEqual([111, 3]);
    expect(valuesAt([0, 30 + 1 / minute, 60], 60 * minute)).toEqual([110, 2]);
  });

  it('is over, and empty, when nothing has come for longer than the gap', () => {
    expect(valuesAt([0, 30], 60 * minute)).toEqual([11, 2]);
    expect(valuesAt([0, 30], 60 * minute + 1)).toEqual([0, 0]);
  });

  it('is followed back no further than it says', () => {
    expect(valuesAt([0, 30, 60, 90, 120], 120 * minute)).toEqual([11_110, 4]);
  });

  it('is held together by events that its features do not count', () => {
    const filtered = viewOf({
      sum: sum('amount', session({ gap: '30m', max: '2h' }), {
        filter: {
          op: '>',
          args: [
            { op: 'column', name: 'amount' },
            { op: 'literal', value: 5 },
          ],
        },
      }),
    });
    const state = filtered.emptyState();
    for (const [position, amount] of [7, 1, 8].entries())
      state.apply(paid(position * 20 * minute, position, amount > 5 ? amount : Number.NaN));
    expect(filtered.evaluate(state, { timeMs: 40 * minute }).numbers).toEqual([15]);
  });
});

describe('a tumbling window', () => {
  const hour = 60 * minute;
  const fiveAm = tumbling('1d', { offset: '5h' });
  const plan = viewOf({
    today: sum('amount', fiveAm),
    yesterday: sum('amount', tumbling('1d', { offset: '5h', which: 'previous' })),
  });

  it('of a day that begins at five goes on across midnight UTC', () => {
    const state = plan.emptyState();
    const day = Date.parse('2026-03-01T00:00:00Z');
    const at = (hours: number, position: number, amount: number) =>
      state.apply(paid(day + hours * hour, position, amount));
    at(4.9, 0, 1);
    at(5, 1, 10);
    at(23.9, 2, 100);
    expect(plan.evaluate(state, { timeMs: day + 24 * hour }).numbers).toEqual([110, 1]);
    at(28.999, 3, 1_000);
    expect(plan.evaluate(state, { timeMs: day + 29 * hour - 1 }).numbers).toEqual([1_110, 1]);
    expect(plan.evaluate(state, { timeMs: day + 29 * hour }).numbers).toEqual([0, 1_110]);
    at(29, 4, 10_000);
    expect(plan.evaluate(state, { timeMs: day + 52 * hour }).numbers).toEqual([10_000, 1_110]);
    expect(plan.evaluate(state, { timeMs: day + 53 * hour }).numbers).toEqual([0, 10_000]);
  });

  it('says between which times events count', () => {
    const timeMs = Date.parse('2026-03-02T03:00:00Z');
    const [today, yesterday] = plan.windowed.map(({ range }) => range.boundsMs(timeMs));
    expect(today).toEqual({ afterMs: Date.parse('2026-03-01T05:00:00Z') - 1, upToMs: timeMs });
    expect(yesterday).toEqual({
      afterMs: Date.parse('2026-02-28T05:00:00Z') - 1,
      upToMs: Date.parse('2026-03-01T05:00:00Z') - 1,
    });
  });

  it('with a delay is the one that lay there then', () => {
    const delayed = viewOf({ sum: sum('amount', tumbling('10m'), { delay: '3m' }) });
    const state = delayed.emptyState();
    for (const [position, at] of [1, 6, 8, 11].entries()) state.apply(paid(at * minute, position, 10 ** position));
    expect(delayed.evaluate(state, { timeMs: 11 * minute }).numbers).toEqual([111]);
    expect(delayed.evaluate(state, { timeMs: 13 * minute }).numbers).toEqual([0]);
    expect(delayed.evaluate(state, { timeMs: 14 * minute }).numbers).toEqual([1_000]);
  });
});

describe('a lifetime', () => {
  it('counts every event there was, of which the state keeps a sum', () => {
    const plan = viewOf({ n: count(lifetime()), ...amounts(lifetime()), recent: sum('amount', '10s') }, '2s');
    let state = plan.emptyState();
    const events = 1_000_000;
    for (let position = 0; position < events; position += 1) {
      state.apply(paid(position * 1_000, position, 0.25));
      if (position % 100_000 === 0) state = plan.decodeState(stateBytes(state));
    }
    expect(plan.evaluate(state, { timeMs: (events - 1) * 1_000 }).numbers).toEqual([events, events / 4, 2.5]);
    expect(stateBytes(state).length).toBeLessThan(500);
    expect(state.sizeBytes).toBeLessThan(5_000);
  });

  it('lets a decayed sum forget by halves alone', () => {
    const plan = viewOf({ decayed: decayedSum('amount', lifetime(), { halfLife: '1d' }) });
    const state = plan.emptyState();
    const dayMs = 86_400_000;
    // Every day as much as is left of all days before it.
    for (let day = 0; day <= 10_000; day += 1) state.apply(paid(day * dayMs, day, 8));
    expect(plan.evaluate(state, { timeMs: 10_000 * dayMs }).numbers).toEqual([16]);
    expect(plan.evaluate(state, { timeMs: 10_004 * dayMs }).numbers).toEqual([1]);
  });

  it('goes on counting what it knew when the state has no entries left', () => {
    const plan = viewOf({ ...amounts(lifetime()), recent: sum('amount', '1ms', { empty: null }) });
    const state = plan.emptyState();
    state.apply(paid(1, 0, 2));
    state.apply(paid(2, 1, 3));
    // Without a value it is no entry, and makes the others expire.
    state.apply(paid(1_000, 2, Number.NaN));
    const own = { numbers: [10], strings: [] };
    expect(plan.evaluate(state, { timeMs: 1_000 }).numbers).toEqual([5, Number.NaN]);
    expect(plan.evaluate(state, { timeMs: 1_000, own }).numbers).toEqual([15, 10]);
    expect(plan.evaluate(state, { timeMs: 1_000 }).numbers).toEqual([5, Number.NaN]);
  });

  it('gives at a cut what was known there as long as its time is not too late, and refuses to answer for older ones', () => {
    const plan = viewOf(amounts(lifetime()), '10ms');
    const state = plan.emptyState();
    state.apply(paid(50, 0, 1));
    state.apply(paid(100, 1, 10));
    // Late, and by the next event no longer one that could be told from those before.
    state.apply(paid(91, 2, 100));
    state.apply(paid(110, 3, 1_000));
    expect(plan.evaluate(state, { timeMs: 100, position: 1, cut: 1 })).toMatchObject({
      answerable: true,
      numbers: [11],
    });
    expect(plan.evaluate(state, { timeMs: 110, position: 3, cut: 3 }).numbers).toEqual([1_111]);
    state.apply(paid(200, 4, 10_000));
    expect(plan.evaluate(state, { timeMs: 100, position: 1, cut: 1 }).answerable).toBe(false);
    expect(plan.evaluate(state, { timeMs: 300, cut: 1 }).answerable).toBe(false);
    expect(plan.evaluate(state, { timeMs: 300, cut: 3 })).toMatchObject({ answerable: true, numbers: [1_111] });
  });

  it('refuses bytes that end too early or too late', () => {
    const plan = viewOf(amounts(lifetime()));
    const state = plan.emptyState();
    state.apply(paid(1, 0, 2));
    const bytes = stateBytes(state);
    expect(() => plan.decodeState(bytes.subarray(0, bytes.length - 1))).toThrow(WindowStateError);
    expect(() => plan.decodeState(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(/goes on for 1 bytes/);
  });
});

describe('the window of a document', () => {
  function faultsOf(feature: object, of: object = payments): string[] {
    const view = { kind: 'feature-view', name: 'v', entity: 'card', source: 'payments' };
    const written = { name: 'f', aggregation: 'sum', input: 'amount', ...feature };
    const parsed = parseDefinitions([of, card, { ...view, features: [written] }], noDefinitions);
    return parsed.ok
      ? []
      : parsed.faults.map(({ path, message }) => `${path.replace('[2].features[0].', '')}: ${message}`);
  }

  it('is a duration, or an object that says of which kind it is', () => {
    for (const window of [
      '7d',
      tumbling('1d'),
      { kind: 'tumbling', size: '1d' },
      session({ gap: '1m', max: '1d' }),
      lifetime(),
    ])
      expect(faultsOf({ window })).toEqual([]);
    expect(faultsOf({})).toEqual(['window: is missing']);
    expect(faultsOf({ window: 7 })).toEqual([
      'window: must be a duration such as "7d", or an object of kind tumbling, session, lifetime, not 7',
    ]);
    expect(faultsOf({ window: {} })).toEqual(['window.kind: is missing']);
    expect(faultsOf({ window: { kind: 'hopping', size: '1d' } })).toEqual([
      'window.kind: must be one of tumbling, session, lifetime, not "hopping"',
    ]);
  });

  it('has every fault at its path', () => {
    expect(faultsOf({ window: { kind: 'tumbling', offset: '5h', which: 'next', gap: '1m' } })).toEqual([
      'window.size: is missing',
      'window.which: must be one of current, previous, not "next"',
      'window.gap: is not known here; known are kind, size, offset, which',
    ]);
    expect(faultsOf({ window: { kind: 'tumbling', size: '1h', offset: '1h' } })).toEqual([
      'window.offset: must be shorter than the size, 1h, not 1h',
    ]);
    expect(faultsOf({ window: { kind: 'session', gap: '0s' } })).toEqual([
      'window.gap: must be longer than zero',
      'window.max: is missing',
    ]);
    expect(faultsOf({ window: { kind: 'session', gap: '2h', max: '1h' } })).toEqual([
      'window.max: must be at least as long as the gap, 2h, not 1h: it is how far back a session is followed',
    ]);
    expect(faultsOf({ window: { kind: 'lifetime', size: '1d' } })).toEqual([
      'window.size: is not known here; known are kind',
    ]);
  });

  it('fits the feature', () => {
    expect(faultsOf({ window: session({ gap: '1m', max: '1d' }), delay: '1m' })).toEqual([
      'delay: must be left out: a session is what goes on at the time itself',
    ]);
    const previous = tumbling('1d', { which: 'previous' });
    expect(faultsOf({ aggregation: 'z-score', window: previous })).toEqual([
      'window.which: must not be "previous": the value of the own event is what this aggregation is about, and that window ended before it',
    ]);
    expect(faultsOf({ aggregation: 'own', window: lifetime() })).toEqual([
      'window: must not be a lifetime: what this aggregation gives cannot be put together out of events that are no longer kept',
    ]);
    expect(faultsOf({ aggregation: 'counts', window: lifetime() })).toEqual([
      'keys: is missing: over a lifetime a count of every value that ever comes would grow for ever',
    ]);
    expect(faultsOf({ aggregation: 'counts', keys: ['1'], window: lifetime() })).toEqual([]);
    const changing = 'so that events change after a lifetime has folded them; give it a duration';
    const table = { ...payments, entity: 'card', partitioner: 'murmur2', cdc: { key: ['card'] } };
    expect(faultsOf({ window: lifetime() }, table)).toEqual([
      `window: must not be a lifetime: source "payments" has cdc, ${changing}`,
    ]);
    expect(faultsOf({ window: lifetime() }, { ...payments, availableAt: { column: 'at', unit: 'ms' } })).toEqual([
      `window: must not be a lifetime: source "payments" has availableAt, ${changing}`,
    ]);
  });
});
