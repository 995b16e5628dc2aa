import { escapeHtml, figure, minute } from './html.ts';

export interface ChartPoint {
  readonly start: string;
  readonly value: number | null;
  /** A rule about this value fired in the window. */
  readonly alerted: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly points: readonly ChartPoint[];
  /** Drawn as a dashed line: a limit or a baseline. */
  readonly line?: { readonly value: number; readonly label: string } | undefined;
  /** Where the axis begins unless a value lies lower; 0 by default. */
  readonly from?: number;
  /** Largest value that the axis must reach. */
  readonly atLeast: number;
  readonly format: (value: number) => string;
}

const WIDTH = 420;
const HEIGHT = 130;
const LEFT = 46;
const BOTTOM = 18;
const TOP = 8;

/** A measure by window, windows in which a rule fired marked. */
export function lineChart({ title, points, line, from = 0, atLeast, format }: LineChart): string {
  const known = points.flatMap(({ value }) => value ?? []);
  const bottom = Math.min(from, line?.value ?? from, ...known);
  const highest = Math.max(atLeast, line?.value ?? 0, ...known);
  const top = highest + (highest - bottom) * 0.05;
  const x = (i: number): number => LEFT + ((WIDTH - LEFT - 8) * (i + 0.5)) / Math.max(1, points.length);
  const y = (value: number): number => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - bottom) / (top - bottom));
  const last = points.findLast(({ value }) => value !== null);
  return `<figure><figcaption>${escapeHtml(title)} <b>${last?.value === null || last === undefined ? '–' : format(last.value)}</b></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)} by window">
<line class="axis" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(bottom)}" y2="${y(bottom)}"/>
<text class="tick" x="${LEFT - 5}" y="${y(bottom)}" text-anchor="end">${format(bottom)}</text>
<text class="tick" x="${LEFT - 5}" y="${TOP + 8}" text-anchor="end">${format(highest)}</text>
${line === undefined ? '' : `<line class="limit" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(line.value)}" y2="${y(line.value)}"/><text class="tick" x="${WIDTH - 8}" y="${y(line.value) - 3}" text-anchor="end">${escapeHtml(line.label)} ${format(line.value)}</text>`}
${segments(points, x, y)}
${points.map((point, i) => dot(point, x(i), y, format)).join('')}
${ends(points)}
</svg></figure>`;
}

/** Lines between neighbours that are both known: a gap stays a gap. */
function segments(points: readonly ChartPoint[], x: (i: number) => number, y: (value: number) => number): string {
  return points
    .map(({ value }, i) => {
      const next = points[i + 1]?.value ?? null;
      if (value === null || next === null) return '';
      return `<line class="series" x1="${x(i)}" y1="${y(value)}" x2="${x(i + 1)}" y2="${y(next)}"/>`;
    })
    .join('');
}

function dot(
  { start, value, alerted }: ChartPoint,
  cx: number,
  y: (value: number) => number,
  format: (value: number) => string,
): string {
  if (value === null) return '';
  return `<circle class="${alerted ? 'alerted' : 'dot'}" cx="${cx}" cy="${y(value)}" r="${alerted ? 4 : 2}"><title>${minute(start)}: ${format(value)}</title></circle>`;
}

function ends(points: readonly ChartPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '';
  return `<text class="tick" x="${LEFT}" y="${HEIGHT - 4}">${minute(first.start)}</text>
<text class="tick" x="${WIDTH - 8}" y="${HEIGHT - 4}" text-anchor="end">${minute(last.start)}</text>`;
}

export const asFigure = (value: number): string => figure(value);
