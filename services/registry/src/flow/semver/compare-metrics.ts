import type { MetricRule, MetricValues } from '../rules/promotion-rules.ts';
import type { SignatureChange } from './compare-signatures.ts';

export const metricVerdicts = ['better', 'worse', 'same', 'changed'] as const;

/** A metric that was measured of both versions. */
export interface MetricChange {
  readonly metric: string;
  /** Null is not a number. */
  readonly before: number | null;
  readonly now: number | null;
  /** Better or worse only where the promotion rules of the model say which way is up: a name alone does not. */
  readonly verdict: (typeof metricVerdicts)[number];
  /** What the rules ask of it. */
  readonly rule: MetricRule | null;
}

/** So many metrics are bound to a version and compared; what the rules ask for comes first. */
const mostMetrics = 50;

/** Of all that was measured, what is kept with a version. */
export function boundMetrics(values: MetricValues, rules: readonly MetricRule[]): MetricValues {
  const asked = new Set(rules.map(({ metric }) => metric));
  const isAsked = (name: string): number => Number(asked.has(name));
  const names = Object.keys(values).sort((a, b) => isAsked(b) - isAsked(a) || (a < b ? -1 : 1));
  return Object.fromEntries(names.slice(0, mostMetrics).map((name) => [name, values[name] ?? null]));
}

export function compareMetrics(old: MetricValues, now: MetricValues, rules: readonly MetricRule[]): MetricChange[] {
  return Object.entries(now).flatMap(([metric, value]) => {
    const before = Object.hasOwn(old, metric) ? old[metric] : undefined;
    if (before === undefined) return [];
    const rule = rules.find((each) => each.metric === metric) ?? null;
    return [{ metric, before, now: value, verdict: verdictOn(before, value, rule), rule }];
  });
}

function verdictOn(before: number | null, now: number | null, rule: MetricRule | null): MetricChange['verdict'] {
  if (before === now) return 'same';
  if (rule === null || before === null || now === null) return 'changed';
  return now > before === (rule.direction === 'at-least') ? 'better' : 'worse';
}

/** A version that measures worse in what the rules ask for is a patch as any other that was trained again, but says so. */
export function losses(changes: readonly MetricChange[]): SignatureChange[] {
  return changes.flatMap(({ metric, before, now, verdict, rule }) => {
    if (verdict !== 'worse' || rule === null) return [];
    const text = `is worse: ${now}, it was ${before} (${rule.direction} ${rule.threshold} is required)`;
    return [{ level: 'patch' as const, path: `metrics.${metric}`, text }];
  });
}
