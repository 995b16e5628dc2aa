import { durationMs } from '../definitions/duration.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import { newestEnd, newestEndSql, reachesOwn } from './newest-end.ts';
import type { Range, RangeEnd, RangeReach } from './range.ts';
import type { TumblingWindow } from './window-document.ts';

export function parseTumbling(reader: ObjectReader): TumblingWindow {
  const size = reader.required('size', reader.duration('size', 'positive'), '1d');
  const offset = reader.duration('offset', 'zero-or-more') ?? '0ms';
  if (durationMs(offset) > 0 && durationMs(offset) >= durationMs(size))
    reader.fault('offset', `must be shorter than the size, ${size}, not ${offset}`);
  return { kind: 'tumbling', size, offset, which: reader.oneOf('which', ['current', 'previous']) ?? 'current' };
}

/**
 * With s the start of the window that t - delay lies in: [s, t - delay] of the current one, [s - size, s) of the previous one. Of
 * the current one ties count in log order up to the own event.
 */
export function tumblingRange(window: TumblingWindow, reach: RangeReach): Range {
  const sizeMs = durationMs(window.size);
  const offsetMs = durationMs(window.offset);
  const { delayMs } = reach;
  const startMs = (timeMs: number) => {
    const sinceMs = (timeMs - delayMs - offsetMs) % sizeMs;
    return timeMs - delayMs - (sinceMs < 0 ? sinceMs + sizeMs : sinceMs);
  };
  const startSql = `(t - ${delayMs} - positiveModulo(t - ${delayMs + offsetMs}, ${sizeMs}))`;
  // Times are whole milliseconds.
  const startEnd = (windowsBefore: 0 | 1): RangeEnd => ({
    id: `tumbling ${sizeMs} ${offsetMs} -${delayMs} -${windowsBefore}`,
    locate: (state, { timeMs }) => state.firstAfter(startMs(timeMs) - windowsBefore * sizeMs - 1),
  });
  if (window.which === 'previous') {
    const spanMs = delayMs + 2 * sizeMs;
    return {
      spanMs,
      heldMs: spanMs,
      countsOwn: false,
      from: startEnd(1),
      to: startEnd(0),
      boundsMs: (timeMs) => ({ afterMs: startMs(timeMs) - sizeMs - 1, upToMs: startMs(timeMs) - 1 }),
      sql: () => `e_time >= ${startSql} - ${sizeMs} AND e_time < ${startSql}`,
    };
  }
  const spanMs = delayMs + sizeMs;
  return {
    spanMs,
    heldMs: spanMs,
    countsOwn: reachesOwn(reach),
    from: startEnd(0),
    to: newestEnd(reach),
    boundsMs: (timeMs) => ({ afterMs: startMs(timeMs) - 1, upToMs: timeMs - delayMs }),
    sql: (row) => `e_time >= ${startSql} AND ${newestEndSql(reach, row)}`,
  };
}
