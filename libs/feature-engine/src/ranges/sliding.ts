import type { Range, RangeEnd } from './range.ts';

interface Sliding {
  readonly windowMs: number;
  readonly delayMs: number;
  readonly countsOwn: boolean;
}

/** (t - delay - window, t - delay], ties counted in log order up to the own event. */
export function slidingRange({ windowMs, delayMs, countsOwn }: Sliding): Range {
  const spanMs = delayMs + windowMs;
  return {
    spanMs,
    // Behind a delay the own event is out of reach, whatever the definition says of it.
    countsOwn: countsOwn && delayMs === 0,
    from: { id: `after -${spanMs}`, locate: (state, { timeMs }) => state.firstAfter(timeMs - spanMs) },
    to: delayMs > 0 ? delayedEnd(delayMs) : ownEnd(countsOwn),
    boundsMs: (timeMs) => ({ afterMs: timeMs - spanMs, upToMs: timeMs - delayMs }),
    sql: ({ own, isOwn }) => {
      const lower = `e_time > t - ${spanMs}`;
      if (delayMs > 0) return `${lower} AND e_time <= t - ${delayMs}`;
      const upper = `${lower} AND (e_time < t OR (e_time = t AND (${own} < 0 OR e_pos <= ${own})))`;
      return countsOwn ? upper : `${upper} AND NOT ${isOwn}`;
    },
  };
}

function delayedEnd(delayMs: number): RangeEnd {
  return { id: `after -${delayMs}`, locate: (state, { timeMs }) => state.firstAfter(timeMs - delayMs) };
}

/** Just after the own event, or just before it. */
function ownEnd(countsOwn: boolean): RangeEnd {
  return {
    id: countsOwn ? 'own' : 'before own',
    locate: (state, { timeMs, position }) => {
      if (position === undefined) return state.firstAfter(timeMs);
      return state.firstAfterPosition(timeMs, countsOwn ? position : position - 1);
    },
  };
}
