/** Text as it may stand in HTML and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Three significant digits, or a dash where nothing is known. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1000 || size < 0.001 ? value.toExponential(1) : Number(value.toPrecision(3)).toString();
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${Number((value * 100).toPrecision(3))} %`;
}

/** `2025-03-01 14:00`: event times, UTC. */
export function minute(isoTime: string): string {
  return isoTime.slice(0, 16).replace('T', ' ');
}
