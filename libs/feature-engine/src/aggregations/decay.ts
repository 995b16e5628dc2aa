import { DoubleSum } from '../windows/double-sum.ts';
import { halfLivesAt } from './half-lives.ts';

/**
 * Sum of values, each doubled for every half-life that its event lies after `whole` half-lives since 1970. Kept at the newest
 * event, so no term outgrows twice its value, whatever the times.
 */
export interface Decay {
  readonly whole: number;
  readonly high: number;
  readonly low: number;
}

export const noDecay: Decay = { whole: Number.NEGATIVE_INFINITY, high: 0, low: 0 };

export function addToDecay(
  decay: Decay,
  { value, timeMs }: { value: number; timeMs: number },
  halfLifeMs: number,
): Decay {
  const { whole, weight } = halfLivesAt(timeMs, halfLifeMs);
  return mergeDecays(decay, { whole, high: value * weight, low: 0 });
}

/** In whichever order parts are merged, only the additions round, at the 106 bits of the pair. */
export function mergeDecays(a: Decay, b: Decay): Decay {
  const whole = Math.max(a.whole, b.whole);
  if (whole === Number.NEGATIVE_INFINITY) return noDecay;
  const sum = new DoubleSum();
  for (const part of [a, b]) {
    if (part.whole === Number.NEGATIVE_INFINITY) continue;
    // Exact: a power of two, or zero where the part has decayed below every double.
    const scale = 2 ** (part.whole - whole);
    sum.add(part.high * scale);
    sum.add(part.low * scale);
  }
  return { whole, high: sum.high, low: sum.low };
}

/** The sum of value * 2^((event time - timeMs) / half-life). */
export function decayedAt({ whole, high, low }: Decay, timeMs: number, halfLifeMs: number): number {
  if (whole === Number.NEGATIVE_INFINITY) return 0;
  const now = halfLivesAt(timeMs, halfLifeMs);
  return ((high + low) / now.weight) * 2 ** (whole - now.whole);
}
