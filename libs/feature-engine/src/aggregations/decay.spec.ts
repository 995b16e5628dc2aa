import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addToDecay, decayedAt, mergeDecays, noDecay, type Decay } from './decay.ts';
import { halfLivesAt } from './half-lives.ts';

interface Event {
  readonly value: number;
  readonly timeMs: number;
}

const startMs = 1_700_000_000_000;
const day = 86_400_000;
const values = fc.oneof(
  fc.integer({ min: -999, max: 999 }).map((cents) => cents / 100),
  fc.constantFrom(1e9 + 1, -1e9, 1e-9, 1e15, -1e15),
);
const gaps = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.constantFrom(0, day, 400 * day, 30_000 * day));
const events = fc.array(fc.record({ value: values, gapMs: gaps }), { minLength: 1, maxLength: 40 }).map((steps) => {
  let timeMs = startMs;
  return steps.map(({ value, gapMs }): Event => ({ value, timeMs: (timeMs += gapMs) }));
});
const halfLives = fc.constantFrom(1, 7, 1_000, 3_600_000, 7 * day, 36_500 * day);

function merged(list: readonly Event[], halfLifeMs: number, dice: readonly number[]): Decay {
  if (list.length <= 1) return list.reduce((decay, event) => addToDecay(decay, event, halfLifeMs), noDecay);
  const [roll = 0, ...others] = dice;
  const cut = 1 + (roll % (list.length - 1));
  return mergeDecays(merged(list.slice(0, cut), halfLifeMs, others), merged(list.slice(cut), halfLifeMs, others));
}

describe('a decaying sum', () => {
  it('is the sum of values halved as often as half-lives have passed, however far apart events lie', () => {
    const dice = fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(events, halfLives, gaps, dice, (list, halfLifeMs, laterMs, rolls) => {
        const atMs = (list.at(-1)?.timeMs ?? 0) + laterMs;
        const terms = list.map(({ value, timeMs }) => value * 2 ** ((timeMs - atMs) / halfLifeMs));
        const naive = terms.reduce((sum, term) => sum + term, 0);
        const size = terms.reduce((sum, term) => sum + Math.abs(term), 0);
        const inOrder = list.reduce((decay, event) => addToDecay(decay, event, halfLifeMs), noDecay);
        for (const decay of [inOrder, merged(list, halfLifeMs, rolls)]) {
          expect(Math.abs(decayedAt(decay, atMs, halfLifeMs) - naive)).toBeLessThanOrEqual(1e-13 * size + 1e-300);
        }
      }),
    );
  });

  it('gives back what large values leave when they cancel, merged in any order', () => {
    const at = (value: number, offsetMs: number): Event => ({ value, timeMs: startMs + offsetMs });
    const list = [at(1e15, 1), at(0.25, 1), at(-1e15, 1), at(1e12, 900), at(-1e12, 900)];
    const alone = decayedAt(addToDecay(noDecay, at(0.25, 1), 1_000), startMs + 5_000, 1_000);
    for (const rolls of [[0], [1, 0, 2], [3, 1]]) {
      expect(decayedAt(merged(list, 1_000, rolls), startMs + 5_000, 1_000)).toBeCloseTo(alone, 14);
    }
  });

  it('can be asked at a time before its newest event, as a late event asks', () => {
    const decay = addToDecay(noDecay, { value: 3, timeMs: startMs + 2_000 }, 1_000);
    expect(decayedAt(decay, startMs, 1_000)).toBeCloseTo(12, 12);
    expect(decayedAt(noDecay, startMs, 1_000)).toBe(0);
  });

  it('weighs a fraction of a half-life as the exponential does, to the last bits, also before 1970', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5_000_000, max: 5_000_000 }),
        fc.integer({ min: 5_000, max: 100_000 }),
        (ms, life) => {
          const { whole, weight } = halfLivesAt(ms, life);
          expect(Math.abs(weight * 2 ** whole - 2 ** (ms / life))).toBeLessThanOrEqual(1e-13 * 2 ** (ms / life));
          expect(weight).toBeGreaterThanOrEqual(1);
          expect(weight).toBeLessThanOrEqual(2);
        },
      ),
    );
  });
});
