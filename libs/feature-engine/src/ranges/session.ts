import { durationMs } from '../definitions/duration.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import { newestEnd, newestEndSql, upToOwnSql } from './newest-end.ts';
import type { Range } from './range.ts';
import type { SessionWindow } from './window-document.ts';

export function parseSession(reader: ObjectReader): SessionWindow {
  const gap = reader.required('gap', reader.duration('gap', 'positive'), '30m');
  const max = reader.required('max', reader.duration('max', 'positive'), gap);
  if (durationMs(max) < durationMs(gap))
    reader.fault(
      'max',
      `must be at least as long as the gap, ${gap}, not ${max}: it is how far back a session is followed`,
    );
  return { kind: 'session', gap, max };
}

/**
 * The events in (t - max, t] back to the first one that comes more than a gap after the one before it; none where t itself comes
 * more than a gap after the newest. All events of the view that are known make its sessions, also those that a feature's filter
 * leaves out, and the own one.
 */
export function sessionRange(window: SessionWindow, countsOwn: boolean): Range {
  const gapMs = durationMs(window.gap);
  const maxMs = durationMs(window.max);
  const reach = { delayMs: 0, countsOwn };
  const to = newestEnd(reach);
  return {
    spanMs: maxMs,
    heldMs: maxMs,
    gapMs,
    countsOwn,
    from: {
      id: `session ${gapMs} ${maxMs} ${to.id}`,
      locate: (state, at) => {
        const end = to.locate(state, at);
        // The own event lies at t, so leaving it out moves no session's beginning.
        if (end === state.start || at.timeMs - state.timeAt(end - 1) > gapMs) return end;
        return Math.max(state.sessionStart(end - 1, gapMs), state.firstAfter(at.timeMs - maxMs));
      },
    },
    to,
    boundsMs: (timeMs) => ({ afterMs: timeMs - maxMs, upToMs: timeMs }),
    sql: (row) => `e_time > t - ${maxMs} AND e_time >= ${sessionColumn(gapMs)} AND ${newestEndSql(reach, row)}`,
  };
}

/** Where a session of that gap begins, as `sessionsSql` gives it. */
function sessionColumn(gapMs: number): string {
  return `e_session_${gapMs}`;
}

/**
 * SELECT of the events joined to rows that also says of each when the session began that its row lies in, for each gap: after the
 * row's time where there is none. `joined` are columns and rows of FROM, `own` is SQL of the position of the row's own event.
 */
export function sessionsSql(joined: string, gapsMs: readonly number[], own: string): string {
  const inOrder = 'PARTITION BY row ORDER BY e_time, e_pos ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW';
  const placed = [
    `${upToOwnSql({ own })} AS e_reached`,
    `lagInFrame(toNullable(e_time)) OVER (${inOrder}) AS e_before`,
  ];
  const starts = gapsMs.map((gapMs) => {
    const begun = `maxOrNullIf(e_time, e_reached AND e_time - e_before > ${gapMs}) OVER (PARTITION BY row)`;
    const newest = 'maxIf(e_time, e_reached) OVER (PARTITION BY row)';
    // Where none has begun among the events in reach, they go on from before it.
    return `if(t - ${newest} > ${gapMs}, t + 1, ifNull(${begun}, e_time)) AS ${sessionColumn(gapMs)}`;
  });
  return `(SELECT *, ${starts.join(', ')} FROM (SELECT *, ${placed.join(', ')} FROM ${joined}))`;
}
