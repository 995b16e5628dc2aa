import type { RangeEnd, RangeReach, RangeRow } from './range.ts';

/** Just behind what a range reaches at the time asked about: less its delay, or up to the own event. */
export function newestEnd({ delayMs, countsOwn }: RangeReach): RangeEnd {
  if (delayMs > 0)
    return { id: `after -${delayMs}`, locate: (state, { timeMs }) => state.firstAfter(timeMs - delayMs) };
  return {
    id: countsOwn ? 'own' : 'before own',
    locate: (state, { timeMs, position }) => {
      if (position === undefined) return state.firstAfter(timeMs);
      return state.firstAfterPosition(timeMs, countsOwn ? position : position - 1);
    },
  };
}

/** Behind a delay the own event is out of reach, whatever the definition says of it. */
export function reachesOwn({ delayMs, countsOwn }: RangeReach): boolean {
  return countsOwn && delayMs === 0;
}

/** The same end as a condition over an event. */
export function newestEndSql({ delayMs, countsOwn }: RangeReach, row: RangeRow): string {
  if (delayMs > 0) return `e_time <= t - ${delayMs}`;
  return countsOwn ? upToOwnSql(row) : `${upToOwnSql(row)} AND NOT ${row.isOwn}`;
}

/** Ties count in log order up to the own event. */
export function upToOwnSql({ own }: Pick<RangeRow, 'own'>): string {
  return `(e_time < t OR (e_time = t AND (${own} < 0 OR e_pos <= ${own})))`;
}
