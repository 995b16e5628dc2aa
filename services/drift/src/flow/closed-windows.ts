import type { Monitor } from './monitor.ts';
import type { PredictionHistory, SaidWindow, TimeRange, WindowCount } from './ports.ts';

export interface ClosedWindows {
  readonly history: PredictionHistory;
  /** So many of the newest reported windows are still looked at for new outcomes; counted, because one stray event time moves any clock. */
  readonly lookBackWindows: number;
  /** At most so many windows that were never reported, the oldest first. */
  readonly maxNew: number;
}

/** The windows of a monitor that have closed, with what is known of each, ascending. Event time alone closes a window, never a clock. */
export async function closedWindows(
  { history, lookBackWindows, maxNew }: ClosedWindows,
  monitor: Monitor,
  known: {
    readonly span: { readonly oldestMs: number; readonly newestMs: number };
    readonly said: ReadonlyMap<number, SaidWindow>;
  },
): Promise<WindowCount[]> {
  const { window, endpoint } = monitor;
  const { oldestMs, newestMs } = known.span;
  const revisited = [...known.said.values()].sort((a, b) => a.startMs - b.startMs).slice(-lookBackWindows);
  if (window.type === 'time') {
    const { lengthMs, graceMs } = window;
    const align = (timeMs: number): number => Math.floor(timeMs / lengthMs) * lengthMs;
    const toMs = align(newestMs - graceMs);
    const fromMs = revisited[0]?.startMs ?? align(oldestMs);
    if (fromMs >= toMs) return [];
    const counted = await history.countByTime(endpoint, { fromMs, toMs }, lengthMs);
    return firstNew(counted, known.said, maxNew);
  }
  const ranges: TimeRange[] = revisited.map((said) => ({ fromMs: said.startMs, toMs: said.endMs }));
  let fromMs = revisited.at(-1)?.endMs ?? oldestMs;
  for (let i = 0; i < maxNew; i += 1) {
    const toMs = await history.endOfRows(endpoint, fromMs, window.rows);
    if (toMs === null || toMs > newestMs) break;
    ranges.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return ranges.length === 0 ? [] : history.countRanges(endpoint, ranges);
}

function firstNew(
  counted: readonly WindowCount[],
  said: ReadonlyMap<number, SaidWindow>,
  maxNew: number,
): WindowCount[] {
  let fresh = 0;
  return counted.filter((window) => said.has(window.startMs) || (fresh += 1) <= maxNew);
}
