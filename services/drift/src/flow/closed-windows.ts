import type { Monitor } from './monitor.ts';
import type { PredictionHistory, TimeRange, WindowCount } from './ports.ts';

export type SeenWindow = Pick<WindowCount, 'startMs' | 'endMs'>;

export interface ClosedWindows {
  readonly history: PredictionHistory;
  /** So many of the newest seen windows are still looked at for new outcomes; counted, because one stray event time moves any clock. */
  readonly lookBackWindows: number;
  /** At most so many windows that were never seen, the oldest first. */
  readonly maxNew: number;
}

/**
 * The windows of a monitor that have closed, with what is known of each, ascending. A window closes when a newer event time is stored of
 * every partition that is waited for. The last window of a stream that ended stays open.
 */
export async function closedWindows(
  { history, lookBackWindows, maxNew }: ClosedWindows,
  monitor: Monitor,
  known: {
    readonly span: { readonly oldestMs: number; readonly newestMs: number };
    /** The windows that were reported or tried, by their start. */
    readonly seen: ReadonlyMap<number, SeenWindow>;
  },
): Promise<WindowCount[]> {
  const { window } = monitor;
  const { oldestMs, newestMs } = known.span;
  const revisited = [...known.seen.values()].sort((a, b) => a.startMs - b.startMs).slice(-lookBackWindows);
  if (window.type === 'time') {
    const { lengthMs, graceMs } = window;
    const align = (timeMs: number): number => Math.floor(timeMs / lengthMs) * lengthMs;
    const toMs = align(newestMs - graceMs);
    const fromMs = revisited[0]?.startMs ?? align(oldestMs);
    if (fromMs >= toMs) return [];
    const counted = await history.countByTime(monitor, { fromMs, toMs }, lengthMs);
    return firstNew(counted, known.seen, maxNew);
  }
  const ranges: TimeRange[] = revisited.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs }));
  let fromMs = revisited.at(-1)?.endMs ?? oldestMs;
  for (let i = 0; i < maxNew; i += 1) {
    const toMs = await history.endOfRows(monitor, fromMs, window.rows);
    if (toMs === null || toMs > newestMs) break;
    ranges.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return ranges.length === 0 ? [] : history.countRanges(monitor, ranges);
}

function firstNew(counted: readonly WindowCount[], seen: ReadonlyMap<number, unknown>, maxNew: number): WindowCount[] {
  let fresh = 0;
  return counted.filter((window) => seen.has(window.startMs) || (fresh += 1) <= maxNew);
}
