import { percentiles } from '../stream/percentiles.ts';
import type { CaseFigures, LineFigures } from './rounds.ts';

const rivals = ['fasttrackml', 'mlflow server'] as const;

/** The table of a run: rates are the middle round's, ratios the middle of the rounds' own ratios. */
export function formatReport(cases: readonly CaseFigures[]): string[] {
  const head = `${'per second (lowest, highest round)'.padStart(62)}${'p50 ms'.padStart(9)}${'p95 ms'.padStart(9)}`;
  return [
    head + rivals.map((rival) => `  x ${rival}`.padStart(17)).join(''),
    ...cases.flatMap(({ title, lines }) => [title, ...lines.map((line) => formatLine(line, lines))]),
  ];
}

/** How much longer a search takes among many runs than among few, on each server. */
export function formatGrowth(few: CaseFigures, many: CaseFigures): string[] {
  return many.lines.flatMap((line) => {
    const before = few.lines.find((other) => other.line === line.line);
    if (before === undefined) return [];
    const times = middle(rates(before)) / middle(rates(line));
    return [`  ${line.line.padEnd(26)}${times.toFixed(2)} times the time${line.note ? ` (${line.note})` : ''}`];
  });
}

function formatLine(line: LineFigures, all: readonly LineFigures[]): string {
  const own = rates(line);
  const { p50, p95 } = percentiles(line.slices.flatMap(({ latenciesMs }) => latenciesMs));
  const spread = `(${formatRate(Math.min(...own))}, ${formatRate(Math.max(...own))})`;
  const ratios = rivals.map((rival) => {
    const theirs = all.find(({ server }) => server === rival);
    return (theirs === undefined ? '-' : ratioOf(own, rates(theirs)).toFixed(2)).padStart(17);
  });
  const remarks = [...(line.note ? [line.note] : []), ...(line.wrong > 0 ? [`${line.wrong} wrong or refused`] : [])];
  return (
    `  ${line.line.padEnd(26)}${formatRate(middle(own)).padStart(10)} ${spread.padStart(23)}` +
    `${p50.toFixed(1).padStart(9)}${p95.toFixed(1).padStart(9)}${ratios.join('')}` +
    (remarks.length > 0 ? `  ${remarks.join(', ')}` : '')
  );
}

const rates = ({ slices }: LineFigures): number[] => slices.map(({ perSecond }) => perSecond);

/** Of rounds that took place side by side. */
export function ratioOf(own: readonly number[], theirs: readonly number[]): number {
  return middle(own.map((rate, round) => rate / (theirs[round] ?? Number.NaN)));
}

export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? Number.NaN;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? Number.NaN) + upper) / 2 : upper;
}

function formatRate(rate: number): string {
  return rate < 100 ? rate.toFixed(1) : String(Math.round(rate));
}
