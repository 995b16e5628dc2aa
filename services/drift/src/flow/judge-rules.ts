import type { ColumnDrift, DriftReport, LatencyQuantiles } from '@millrace/schemas';
import { assertNever } from './assert-never.ts';
import type { Rule } from './monitor.ts';

/** A rule that holds in a window. */
export interface Firing {
  readonly rule: Rule['rule'];
  readonly value: number;
  readonly threshold: number;
  readonly baseline: number | null;
  readonly columns: readonly string[];
  readonly message: string;
}

export type Judged = Omit<DriftReport, 'firedRules' | 'eventId' | 'computedAtMs'>;

/** The rules that hold in a window, each at most once. A rule about too few rows is silent. */
export function judgeRules(rules: readonly Rule[], minRows: number, window: Judged): Firing[] {
  return rules.flatMap((rule) => judge(rule, minRows, window) ?? []);
}

function judge(rule: Rule, minRows: number, window: Judged): Firing | null {
  switch (rule.rule) {
    case 'ks-p-value':
      return window.rows < minRows ? null : judgeDistributions(rule, minRows, window.columns);
    case 'accuracy-drop':
      return judgeAccuracy(rule, minRows, window);
    case 'latency-p95':
      return window.rows - window.errors < minRows
        ? null
        : judgeLatency(rule, rule.measure === 'scoring' ? window.scoringLatency : window.endToEndLatency);
    case 'error-rate':
      return window.rows < minRows ? null : judgeErrors(rule.above, window);
    default:
      return assertNever(rule);
  }
}

function judgeDistributions(
  rule: Extract<Rule, { rule: 'ks-p-value' }>,
  minRows: number,
  columns: readonly ColumnDrift[],
): Firing | null {
  const drifted = columns
    .filter(
      (column) =>
        (rule.features === undefined || rule.features.includes(column.name)) &&
        Math.min(column.referenceCount, column.currentCount) >= minRows &&
        column.ksPValue !== null &&
        column.ksPValue < rule.below &&
        (column.ksStatistic ?? 0) >= rule.minStatistic,
    )
    .sort((a, b) => (a.ksPValue ?? 1) - (b.ksPValue ?? 1) || (b.ksStatistic ?? 0) - (a.ksStatistic ?? 0));
  const [worst] = drifted;
  if (worst === undefined) return null;
  const others = drifted.length === 1 ? '' : `, and ${drifted.length - 1} more`;
  return {
    rule: 'ks-p-value',
    value: worst.ksPValue ?? 0,
    threshold: rule.below,
    baseline: null,
    columns: drifted.map((column) => column.name),
    message: `${worst.name} differs from the reference (Kolmogorov-Smirnov p ${format(worst.ksPValue ?? 0)} < ${rule.below}, distance ${format(worst.ksStatistic ?? 0)})${others}`,
  };
}

function judgeAccuracy(
  rule: Extract<Rule, { rule: 'accuracy-drop' }>,
  minRows: number,
  { quality, baselineAccuracy }: Judged,
): Firing | null {
  const baseline = rule.baseline ?? baselineAccuracy;
  const accuracy = quality?.accuracy ?? null;
  if (baseline === null || accuracy === null || (quality?.rows ?? 0) < minRows) return null;
  const points = baseline - accuracy;
  const drop = rule.mode === 'absolute' ? points : baseline === 0 ? 0 : points / baseline;
  if (!(drop > rule.above)) return null;
  const under = rule.mode === 'absolute' ? `${format(drop * 100)} points` : `${format(drop * 100)} %`;
  const limit = rule.mode === 'absolute' ? `${format(rule.above * 100)} points` : `${format(rule.above * 100)} %`;
  return {
    rule: 'accuracy-drop',
    value: drop,
    threshold: rule.above,
    baseline,
    columns: [],
    message: `accuracy ${format(accuracy * 100)} % lies ${under} under the baseline of ${format(baseline * 100)} % (limit ${limit}), over ${quality?.rows ?? 0} outcomes`,
  };
}

function judgeLatency(rule: Extract<Rule, { rule: 'latency-p95' }>, latency: LatencyQuantiles | null): Firing | null {
  if (latency === null || !(latency.p95 > rule.aboveMs)) return null;
  return {
    rule: 'latency-p95',
    value: latency.p95,
    threshold: rule.aboveMs,
    baseline: null,
    columns: [],
    message: `95 % of the predictions took up to ${format(latency.p95)} ms ${rule.measure === 'scoring' ? 'to score' : 'from event to score'} (limit ${rule.aboveMs} ms)`,
  };
}

function judgeErrors(above: number, { errors, rows }: Judged): Firing | null {
  const rate = errors / rows;
  if (!(rate > above)) return null;
  return {
    rule: 'error-rate',
    value: rate,
    threshold: above,
    baseline: null,
    columns: [],
    message: `${errors} of ${rows} predictions failed (${format(rate)}, limit ${above})`,
  };
}

function format(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
