import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDefinitions } from '../definitions/parse-definitions.ts';
import { compile, compileView } from '../plans/compile.ts';
import { isText } from '../plans/feature-type.ts';
import type { VectorValues, ViewValues } from '../plans/values.ts';
import type { ViewPlan } from '../plans/view-plan.ts';
import { asViewValues, naiveValues, type NaiveEvent } from '../reference/naive-view.ts';
import { randomDefinitions, randomEvents } from '../reference/random-definitions.ts';
import { stepsOf } from '../reference/log-steps.ts';
import { stateBytes } from '../reference/state-bytes.ts';
import { compareVectors } from '../sql/compare-vectors.ts';
import { WindowStateError } from './window-codec.ts';

function expectSame(plan: ViewPlan, values: ViewValues, expected: VectorValues): void {
  const texts = plan.features.filter(({ type }) => isText(type)).length;
  const given = { numbers: Array.from(values.numbers), strings: [...values.strings] };
  expect([given.numbers.length, given.strings.length]).toEqual([plan.features.length - texts, texts]);
  expect(compareVectors(plan, given, expected)).toEqual([]);
}

function viewOf(features: readonly object[], allowedLateness = '10m'): ViewPlan {
  const parsed = parseDefinitions([
    {
      kind: 'source',
      name: 's',
      topic: 't',
      eventTime: { column: 'time', unit: 'ms' },
      columns: { time: 'timestamp', key: 'string', a: 'double', s: 'string' },
    },
    { kind: 'entity', name: 'e', key: 'key', type: 'string' },
    { kind: 'feature-view', name: 'v', entity: 'e', source: 's', allowedLateness, features },
  ]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compileView('v@1', parsed.definitions);
}

const amount = (a: number) => ({ numbers: [a], strings: [] });

describe('window state', () => {
  it('gives what the definition says for every event, before and after it is applied', () => {
    fc.assert(
      fc.property(randomDefinitions, randomEvents, fc.infiniteStream(fc.nat(9)), (definitions, events, dice) => {
        const roll = () => dice.next().value as number;
        for (const { plan } of compile('svc@1', definitions).views) {
          let state = plan.emptyState();
          const log: NaiveEvent[] = [];
          for (const step of stepsOf(plan, events)) {
            const { own } = step;
            if (own === null) {
              expect(step.apply(state)).toBe('applied');
              expect(state.applied).toBe(step.position);
              const at = { timeMs: step.timeMs - roll(), cut: step.position, own: null };
              expectSame(
                plan,
                plan.evaluate(state, { timeMs: at.timeMs }),
                asViewValues(plan, naiveValues(plan, log, at)),
              );
              continue;
            }
            log.push(own);
            const before = state.applied;
            expectSame(
              plan,
              plan.evaluate(before === -1 && roll() < 5 ? null : state, { timeMs: own.timeMs, own: own.inputs }),
              asViewValues(plan, naiveValues(plan, log, { timeMs: own.timeMs, cut: before, own })),
            );
            const late = plan.source.changes === null && state.isTooLate(own.timeMs);
            expect(step.apply(state)).toBe(late ? 'too-late' : 'applied');
            expect(state.applied).toBe(own.position);
            if (roll() < 3) state = plan.decodeState(stateBytes(state));
            if (roll() < 3) expect(step.apply(state)).toBe('repeated');
            const at = { timeMs: own.timeMs, cut: own.position, own };
            expectSame(plan, plan.evaluate(state, own), asViewValues(plan, naiveValues(plan, log, at)));
            const timeMs = own.timeMs + roll() * 5 - 10;
            expectSame(
              plan,
              plan.evaluate(state, { timeMs }),
              asViewValues(plan, naiveValues(plan, log, { timeMs, cut: own.position, own: null })),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives at a cut what it gave there, unless what it needs has been dropped since', () => {
    fc.assert(
      fc.property(randomDefinitions, randomEvents, (definitions, events) => {
        for (const { plan } of compile('svc@1', definitions).views) {
          const state = plan.emptyState();
          const steps = stepsOf(plan, events);
          const log = steps.flatMap(({ own }) => (own === null ? [] : [own]));
          for (const step of steps) step.apply(state);
          for (const own of log) {
            const cut = own.position;
            const values = plan.evaluate(state, { timeMs: own.timeMs, position: cut, cut });
            const expected = naiveValues(plan, log, { timeMs: own.timeMs, cut, own });
            // What was taken back is gone: such a view says that it cannot tell.
            if (plan.source.changes !== null) {
              if (cut < state.applied) expect(values.answerable).toBe(false);
              continue;
            }
            // Without entries for events that lack every value, a cut cannot tell which was the newest.
            if (expected === null && !plan.layout.keepsEmptyEntries) continue;
            if (own.timeMs >= state.newestMs - plan.allowedLatenessMs)
              expect(values.answerable).toBe(expected !== null);
            if (values.answerable) expectSame(plan, values, asViewValues(plan, expected));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has the same bytes after a replay from any encoded state as without an interruption', () => {
    fc.assert(
      fc.property(randomDefinitions, randomEvents, fc.nat(40), (definitions, events, stop) => {
        for (const { plan } of compile('svc@1', definitions).views) {
          const whole = plan.emptyState();
          let resumed = plan.emptyState();
          const steps = stepsOf(plan, events);
          for (const step of steps) step.apply(whole);
          for (const step of steps.slice(0, stop)) step.apply(resumed);
          resumed = plan.decodeState(stateBytes(resumed));
          for (const step of steps) step.apply(resumed);
          expect(stateBytes(resumed)).toEqual(stateBytes(whole));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps no event that no window can reach any more', () => {
    const plan = viewOf([{ name: 'n', aggregation: 'count', window: '10s', delay: '5s' }], '1s');
    const state = plan.emptyState();
    for (let second = 0; second < 1_000; second += 1) {
      state.apply({ timeMs: second * 1_000, position: second, inputs: amount(1) });
      expect(stateBytes(state).length).toBeLessThanOrEqual((plan.retentionMs / 1_000 + 1) * 16 + 32);
    }
  });

  it('forgets the strings of events that have expired', () => {
    const plan = viewOf([{ name: 's', aggregation: 'last', input: 's', window: '10ms' }], '0s');
    const state = plan.emptyState();
    for (let time = 1; time <= 5_000; time += 1) {
      state.apply({ timeMs: time, position: time, inputs: { numbers: [], strings: [`text ${time}`] } });
    }
    expect(stateBytes(state).length).toBeLessThan(1_000);
    expect(state.sizeBytes).toBeLessThan(5_000);
    expect(plan.evaluate(state, { timeMs: 5_000 }).strings).toEqual(['text 5000']);
    expect(plan.evaluate(plan.decodeState(stateBytes(state)), { timeMs: 5_000 }).strings).toEqual(['text 5000']);
  });

  it('sums to the last digit after a huge value has left the window and after a million small ones', () => {
    const plan = viewOf([{ name: 'a', aggregation: 'sum', input: 'a', window: '10ms' }], '1h');
    const state = plan.emptyState();
    state.apply({ timeMs: 1, position: 0, inputs: amount(1e300) });
    for (let time = 2; time <= 300_000; time += 1) state.apply({ timeMs: time, position: time, inputs: amount(0.1) });
    expect(plan.evaluate(state, { timeMs: 300_000 }).numbers).toEqual([1]);
    expect(plan.evaluate(state, { timeMs: 100_000 }).numbers).toEqual([1]);
  });

  it('gives no number where a sum overflows, and the sum again when the window has passed', () => {
    const plan = viewOf([{ name: 'a', aggregation: 'sum', input: 'a', window: '5ms' }], '1h');
    const state = plan.emptyState();
    for (let time = 1; time <= 20; time += 1) {
      state.apply({ timeMs: time, position: time, inputs: amount(time < 5 ? 1.7e308 : 0.5) });
    }
    expect(plan.evaluate(state, { timeMs: 4 }).numbers).toEqual([Number.NaN]);
    expect(plan.evaluate(state, { timeMs: 20 }).numbers).toEqual([2.5]);
  });

  it('answers lowest, highest and last over many events as over few', () => {
    const plan = viewOf(
      (['min', 'max', 'last'] as const).flatMap((aggregation) =>
        ['3ms', '100ms', '5000ms'].map((window) => ({
          name: `${aggregation}${window}`,
          aggregation,
          input: 'a',
          window,
        })),
      ),
      '1h',
    );
    const state = plan.emptyState();
    const values: number[] = [];
    for (let time = 0; time < 6_000; time += 1) {
      // No value at all for long stretches, as a sparse column has.
      const value = time % 1_000 < 300 ? Number.NaN : (time * 7_919) % 10_007;
      values.push(value);
      state.apply({ timeMs: time, position: time, inputs: amount(value) });
      if (time % 97 !== 0) continue;
      const expected = (choose: (window: number[]) => number | undefined) =>
        [3, 100, 5_000].map((length) => {
          const window = values.slice(-length).filter((each) => !Number.isNaN(each));
          return window.length === 0 ? Number.NaN : choose(window);
        });
      expect(plan.evaluate(state, { timeMs: time, position: time }).numbers).toEqual([
        ...expected((window) => Math.min(...window)),
        ...expected((window) => Math.max(...window)),
        ...expected((window) => window.at(-1)),
      ]);
    }
  });

  it('reads the bytes that were written before any state had more than its entries', () => {
    const features = ['sum', 'last'].map((aggregation, index) => ({
      name: ['sum', 's'][index],
      aggregation,
      input: ['a', 's'][index],
      window: '5s',
    }));
    const plan = viewOf(features, '1s');
    const bytes = Buffer.from(
      'AQBXTSD3+e4AAAAAAAAQQAAAAAAAQJ9AAgAAAAIAAAAAAAAAAECPQAAAAAAAAAhAAAAAAAAABEAAAAAAAAAAAAAAAAAAQJ9AAAAAAAAAEEAAAAAAAAD4fwAAAAAAAPA/AQAAAHgBAAAAeQ==',
      'base64',
    );
    const state = plan.decodeState(bytes);
    expect(state.applied).toBe(4);
    expect(plan.evaluate(state, { timeMs: 2_000 })).toMatchObject({ numbers: [2.5], strings: ['y'] });
    expect(stateBytes(state)).toEqual(bytes);
  });

  it('refuses the bytes of another view, of another format and cut ones', () => {
    const plan = viewOf([{ name: 'a', aggregation: 'sum', input: 'a', window: '5ms' }]);
    const other = viewOf([{ name: 'a', aggregation: 'sum', input: 'a', window: '6ms' }]);
    const state = plan.emptyState();
    state.apply({ timeMs: 1, position: 0, inputs: amount(1) });
    const bytes = stateBytes(state);
    expect(() => other.decodeState(bytes)).toThrow(WindowStateError);
    expect(() => plan.decodeState(bytes.subarray(0, bytes.length - 1))).toThrow(/cut short/);
    expect(() => plan.decodeState(Buffer.alloc(40))).toThrow(/not a window state/);
  });
});
