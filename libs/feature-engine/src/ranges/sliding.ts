import { newestEnd, newestEndSql, reachesOwn } from './newest-end.ts';
import type { Range, RangeReach } from './range.ts';

/** (t - delay - window, t - delay], ties counted in log order up to the own event. */
export function slidingRange(windowMs: number, reach: RangeReach): Range {
  const { delayMs } = reach;
  const spanMs = delayMs + windowMs;
  return {
    spanMs,
    heldMs: spanMs,
    countsOwn: reachesOwn(reach),
    from: { id: `after -${spanMs}`, locate: (state, { timeMs }) => state.firstAfter(timeMs - spanMs) },
    to: newestEnd(reach),
    boundsMs: (timeMs) => ({ afterMs: timeMs - spanMs, upToMs: timeMs - delayMs }),
    sql: (row) => `e_time > t - ${spanMs} AND ${newestEndSql(reach, row)}`,
  };
}
