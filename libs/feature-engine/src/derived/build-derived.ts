import { divide, feature } from '../expressions/build-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import type { DerivedFeature } from './derived-feature.ts';

type DerivedSpec = Omit<DerivedFeature, 'name'>;
type DerivedOptions = Pick<DerivedFeature, 'description' | 'empty'>;

/** A feature made of features before it in the view: `derived(subtract(feature('in'), feature('out')))`. */
export function derived(expression: Expression, options: DerivedOptions = {}): DerivedSpec {
  return { expression, ...options };
}

/** One feature divided by another, both by name; missing, or what `empty` says, where the divisor is zero or either is missing. */
export function ratio(dividend: string, divisor: string, { empty = null, ...rest }: DerivedOptions = {}): DerivedSpec {
  return { expression: divide(feature(dividend), feature(divisor)), empty, ...rest };
}
