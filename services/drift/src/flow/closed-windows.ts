import type { Monitor } from './monitor.ts';
import type { PredictionHistory, SaidWindow, TimeRange, WindowCount } from './ports.ts';

export interface ClosedWindows {
  readonly history: PredictionHistory;
  /** How far behind the newest event a window is still looked at for new outcomes. */
  readonly lookBackMs: number;
  /** At most so many windows that were never reported, the oldest first. */
  readonly maxNew: number;
}

/** The windows of a monitor that have closed, with what is known of each, ascending. Event time alone closes a window, never a clock. */
export async function closedWindows(
  { history, lookBackMs, maxNew }: ClosedWindows,
  monitor: Monitor,
  known: {
    readonly span: { readonly oldestMs: number; readonly newestMs: number };
    readonly said: ReadonlyMap<number, SaidWindow>;
  },
): Promise<WindowCount[]> {
  const { window, endpoint } = monitor;
  const { oldestMs, newestMs } = known.span;
  const lastSaidMs = Math.max(Number.NEGATIVE_INFINITY, ...known.said.keys());
  if (window.type === 'time') {
    const { lengthMs, graceMs } = window;
    const align = (timeMs: number): number => Math.floor(timeMs / lengthMs) * lengthMs;
    const toMs = align(newestMs - graceMs);
    // What was never reported is looked at however old it is: a service that was down for long catches up.
    const fromMs = Math.max(align(oldestMs), Math.min(align(newestMs - lookBackMs), lastSaidMs + lengthMs));
    if (fromMs >= toMs) return [];
    const counted = await history.countByTime(endpoint, { fromMs, toMs }, lengthMs);
    return firstNew(counted, known.said, maxNew);
  }
  const ranges: TimeRange[] = [...known.said.values()]
    .filter((said) => said.endMs > newestMs - lookBackMs)
    .sort((a, b) => a.startMs - b.startMs)
    .map((said) => ({ fromMs: said.startMs, toMs: said.endMs }));
  let fromMs = Math.max(oldestMs, ...[...known.said.values()].map((said) => said.endMs));
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
