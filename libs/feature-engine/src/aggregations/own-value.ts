import { parseDuration } from '../definitions/duration.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import type { WindowSql, WindowView } from './aggregation.ts';

/** Records a fault where a feature about the own event leaves it out of its window, or has a window that it cannot lie in. */
export function requireOwnEvent(reader: ObjectReader): void {
  const why = 'the value of the own event is what this aggregation is about';
  if (reader.raw('ownEvent') === 'exclude') reader.fault('ownEvent', `must not be "exclude": ${why}`);
  const delay = reader.raw('delay');
  if (typeof delay === 'string' && (parseDuration(delay) ?? 0) > 0)
    reader.fault('delay', `must be left out: ${why}, and a delay puts it out of reach`);
  const window = reader.raw('window');
  if (typeof window === 'object' && window !== null && 'which' in window && window.which === 'previous')
    reader.fault('window.which', `must not be "previous": ${why}, and that window ended before it`);
}

/** Which entry of a window is the own event; -1 when it has not been applied, or there is none. */
function ownEntry(window: WindowView): number {
  const { from, to, ownPosition } = window;
  // Ties count up to the own event, so nothing in its window comes after it.
  return ownPosition !== null && to > from && window.positionAt(to - 1) === ownPosition ? to - 1 : -1;
}

export function ownValue(window: WindowView): number | string | null {
  if (window.own !== null) return window.own;
  const entry = ownEntry(window);
  return entry === -1 ? null : window.valueAt(entry);
}

/** NULL without an own event, or where it has no value. */
export function ownValueSql({ value, holds, isOwn }: WindowSql): string {
  return `anyIf(toNullable(${value}), (${holds}) AND ${isOwn})`;
}
