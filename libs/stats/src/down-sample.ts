/**
 * At most `limit` of the points, in their order, such that a chart of them looks like one of all: of each of the equal
 * shares the first, the least, the greatest and the last point (M4; Jugel et al., VLDB 2014). NaN is neither least nor
 * greatest. `limit` is at least 4; fewer points than that are all kept.
 */
export function downSample<T>(points: readonly T[], limit: number, valueOf: (point: T) => number): T[] {
  if (limit < 4) throw new RangeError(`a sample of ${limit} points cannot hold the first, least, greatest and last`);
  if (points.length <= limit) return [...points];
  const shares = Math.floor(limit / 4);
  const kept: T[] = [];
  for (let share = 0; share < shares; share += 1) {
    const start = Math.floor((share * points.length) / shares);
    const end = Math.floor(((share + 1) * points.length) / shares);
    let least = -1;
    let greatest = -1;
    for (let at = start; at < end; at += 1) {
      const value = valueOf(points[at] as T);
      if (Number.isNaN(value)) continue;
      if (least < 0 || value < valueOf(points[least] as T)) least = at;
      if (greatest < 0 || value > valueOf(points[greatest] as T)) greatest = at;
    }
    const places = new Set([start, least, greatest, end - 1].filter((at) => at >= 0));
    for (const at of [...places].sort((a, b) => a - b)) kept.push(points[at] as T);
  }
  return kept;
}
