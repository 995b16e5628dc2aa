import type { AggregateValue } from '../aggregations/aggregation.ts';
import { isText, type FeatureType } from '../plans/feature-type.ts';
import type { PlannedFeature, VectorValues } from '../plans/values.ts';

export interface FeatureMismatch {
  readonly feature: string;
  readonly served: number | string | null;
  readonly recomputed: number | string | null;
}

/** Doubles agree within this, relative to the larger one, and within as much absolutely near zero, where sums cancel. */
const tolerance = 1e-9;

export function agree(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  return a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

/** Features whose values differ between a vector as served and as recomputed; counts and whole numbers must be equal. */
export function compareVectors(
  { features }: { readonly features: readonly PlannedFeature[] },
  served: VectorValues,
  recomputed: VectorValues,
): FeatureMismatch[] {
  return features.flatMap(({ name, type, slot }) => {
    const of = (values: VectorValues) =>
      isText(type) ? (values.strings[slot] ?? null) : (values.numbers[slot] ?? Number.NaN);
    const a = of(served);
    const b = of(recomputed);
    return sameFeature(type, a, b) ? [] : [{ feature: name, served: shown(a), recomputed: shown(b) }];
  });
}

/** Whether two values of a feature count as the same; NaN is missing. */
export function sameFeature(type: FeatureType, a: AggregateValue, b: AggregateValue): boolean {
  const isJson = (type === 'list' || type === 'map') && typeof a === 'string' && typeof b === 'string';
  return isJson ? sameValue(JSON.parse(a), JSON.parse(b)) : sameValue(a, b);
}

/** Lists and maps agree when they hold the same places, whose values agree. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return sameNumber(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameValue(value, right.get(key)));
}

function sameNumber(a: number, b: number): boolean {
  return Number.isInteger(a) && Number.isInteger(b) && Math.abs(a) < 2 ** 52 ? a === b : agree(a, b);
}

function shown(value: number | string | null): number | string | null {
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}
