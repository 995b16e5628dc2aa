const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A hundred years: longer windows are mistakes, and sums of durations stay exact in a double. */
const longestMs = 36_525 * unitMs.d;

/** Milliseconds of `500ms`, `30s`, `10m`, `24h`, `7d` or `2w`; null when the text is not such a duration. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,15})(ms|s|m|h|d|w)$/.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms <= longestMs ? ms : null;
}

/** As parseDuration, for text that a validated definition holds. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new RangeError(`"${text}" is not a duration such as "10m" or "7d"`);
  return ms;
}
