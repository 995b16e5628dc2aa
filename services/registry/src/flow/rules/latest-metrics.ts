import type { MetricValues } from './promotion-rules.ts';

interface Measured {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly timestamp: number;
}

/** The latest value of each metric, by step, then time, then value; of a logged model over all of its datasets. */
export function latestMetrics(metrics: readonly Measured[]): MetricValues {
  const latest = new Map<string, Measured>();
  for (const one of metrics) {
    const seen = latest.get(one.key);
    if (seen === undefined || isLater(one, seen)) latest.set(one.key, one);
  }
  return Object.fromEntries([...latest].map(([key, { value }]) => [key, Number.isNaN(value) ? null : value]));
}

function isLater(one: Measured, other: Measured): boolean {
  if (one.step !== other.step) return one.step > other.step;
  if (one.timestamp !== other.timestamp) return one.timestamp > other.timestamp;
  return one.value > other.value;
}
