const dayMs = 86_400_000;
const quarterMs = 900_000;

/** Times that `hour` and `weekday` answer: 1970-01-01 up to 2200-01-01, where ICU and ClickHouse agree on every zone. */
export const lastZonedTimeMs = 7_258_118_400_000;

/** Wall-clock milliseconds (as if it were UTC) of an instant. Intl is slow, so offsets are kept per quarter of an hour: none changes within one. */
export function zoneClock(zone: string): (timeMs: number) => number {
  if (zone === 'UTC') return (timeMs) => timeMs;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const offsets = new Map<number, number>();
  return (timeMs) => {
    const quarter = Math.floor(timeMs / quarterMs);
    let offsetMs = offsets.get(quarter);
    if (offsetMs === undefined) {
      offsetMs = offsetAt(format, quarter * quarterMs);
      if (offsets.size >= 4_096) offsets.clear();
      offsets.set(quarter, offsetMs);
    }
    return timeMs + offsetMs;
  };
}

function offsetAt(format: Intl.DateTimeFormat, timeMs: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(timeMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - timeMs;
}

export function hourOf(wallClockMs: number): number {
  return Math.floor((((wallClockMs % dayMs) + dayMs) % dayMs) / 3_600_000);
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(wallClockMs: number): number {
  return ((Math.floor(wallClockMs / dayMs) + 3) % 7) + 1;
}
