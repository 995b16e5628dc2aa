import type { AggregateValue } from '../aggregations/aggregation.ts';
import { agree } from '../sql/compare-vectors.ts';

/** For tests: whether two values of a feature are the same: numbers as vectors are compared, texts by the JSON that they hold. */
export function agreeAsJson(a: AggregateValue, b: AggregateValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') return agreeInside(JSON.parse(a), JSON.parse(b));
  return agreeInside(a, b);
}

function agreeInside(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return agree(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const names = Object.keys(a);
  const of = (value: object, name: string): unknown => (value as Record<string, unknown>)[name];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && agreeInside(of(a, name), of(b, name)))
  );
}
