import { newestEnd, newestEndSql, reachesOwn } from './newest-end.ts';
import type { Range, RangeReach } from './range.ts';

/** (-∞, t - delay], ties counted in log order up to the own event. */
export function lifetimeRange(reach: RangeReach): Range {
  const { delayMs } = reach;
  return {
    spanMs: Number.POSITIVE_INFINITY,
    // One millisecond, because of the events at the time itself some may come after the own one.
    heldMs: delayMs + 1,
    countsOwn: reachesOwn(reach),
    from: { id: 'first', locate: (state) => state.start },
    to: newestEnd(reach),
    boundsMs: (timeMs) => ({ afterMs: null, upToMs: timeMs - delayMs }),
    sql: (row) => newestEndSql(reach, row),
  };
}
