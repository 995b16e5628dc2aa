import type { ObjectReader } from '../definitions/object-reader.ts';
import { durationMs } from '../definitions/duration.ts';
import { finiteSql, type MergeablePart, type WindowSql } from './aggregation.ts';
import { addToDecay, decayedAt, mergeDecays, noDecay, type Decay } from './decay.ts';
import { halfLivesSql } from './half-lives.ts';

/** What the kinds that forget by halves have in common. */
export interface DecayParameters {
  /** After this time an event counts half. */
  readonly halfLife: string;
}

export function parseDecay(reader: ObjectReader): DecayParameters {
  return { halfLife: reader.required('halfLife', reader.duration('halfLife', 'positive'), '1d') };
}

/** Of what each event brings: its value, or 1. */
export function decayPart(valueOf: (value: number | string) => number): MergeablePart<DecayParameters, Decay> {
  return {
    empty: () => noDecay,
    add: (part, value, { timeMs }, { halfLife }) =>
      addToDecay(part, { value: valueOf(value), timeMs }, durationMs(halfLife)),
    merge: mergeDecays,
    subtract: (part, taken) => mergeDecays(part, { ...taken, high: -taken.high, low: -taken.low }),
    finish: (part, { timeMs }, { halfLife }) => decayedAt(part, timeMs, durationMs(halfLife)),
    encode: ({ whole, high, low }, to) => {
      for (const number of [whole, high, low]) to.f64(number);
    },
    decode: (from) => ({ whole: from.f64(), high: from.f64(), low: from.f64() }),
    maxBytes: () => 24,
  };
}

/** The terms of `decayedAt`, one an event, and its division at the end. */
export function decaySql({ holds, time, at }: WindowSql, value: string, { halfLife }: DecayParameters): string {
  const halfLifeMs = durationMs(halfLife);
  const event = halfLivesSql(time, halfLifeMs);
  const now = halfLivesSql(at, halfLifeMs);
  const term = `${value} * ${event.weight} * exp2(toFloat64(${event.whole} - ${now.whole}))`;
  return finiteSql(`sumKahanIf(${term}, ${holds}) / any(${now.weight})`);
}
