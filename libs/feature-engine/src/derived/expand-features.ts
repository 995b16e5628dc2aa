import { aggregationKind } from '../aggregations/registry.ts';
import { canonicalJson } from '../definitions/canonical-json.ts';
import type { WindowedFeature } from '../definitions/definition.ts';
import type { CheckedType } from '../expressions/check-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { isDerived, type DerivedFeature } from './derived-feature.ts';
import { oneForNull, zeroForNull, type NullHandling } from './null-handling.ts';

/** A feature as its document has it. */
export type WrittenFeature = WindowedFeature | DerivedFeature;

/** What a view shows, in the order of its document, and what it is made of. */
export type FeatureOutput =
  | {
      readonly from: 'window';
      readonly name: string;
      /** Index of the windowed feature. */
      readonly index: number;
      /** Index of the one that counts the nulls: where there are any, the feature is missing. */
      readonly nulls: number | null;
    }
  | { readonly from: 'derived'; readonly name: string; readonly definition: DerivedFeature };

export interface ExpandedFeatures {
  /** Those of the document and those that count nulls, which nobody sees: their names have a `$`, as no other can. */
  readonly windowed: readonly WindowedFeature[];
  readonly outputs: readonly FeatureOutput[];
}

/** Reduces the features of a view to plain windowed ones and what is made of them. `typeOf` gives the type of an input. */
export function expandFeatures(
  features: readonly WrittenFeature[],
  typeOf: (input: Expression) => CheckedType,
): ExpandedFeatures {
  const windowed: WindowedFeature[] = [];
  const outputs: FeatureOutput[] = [];
  const counters = new Map<string, number>();
  for (const feature of features) {
    const { name } = feature;
    if (isDerived(feature)) {
      outputs.push({ from: 'derived', name, definition: feature });
      continue;
    }
    const { nulls = 'skip', ...plain } = feature;
    const { input } = plain;
    const index = windowed.push(input === undefined ? plain : { ...plain, input: taken(plain, input, nulls) }) - 1;
    const counter = nulls === 'poison' && input !== undefined ? nullCounter(plain, input) : null;
    outputs.push({ from: 'window', name, index, nulls: counter === null ? null : indexOf(counter) });
  }
  return { windowed, outputs };

  /** What is taken of each event: its input as the aggregation wants it, with zero for null where the document says so. */
  function taken(feature: WindowedFeature, input: Expression, nulls: NullHandling): Expression {
    const type = typeOf(input);
    const shaped = aggregationKind(feature.aggregation).shape?.(input, type, feature) ?? input;
    return nulls === 'zero' ? zeroForNull(shaped, type === 'boolean' ? 'boolean' : 'number') : shaped;
  }

  /** Features over the same events share their counter. */
  function indexOf(counter: WindowedFeature): number {
    const key = canonicalJson({ ...counter, name: '' });
    const known = counters.get(key) ?? windowed.push(counter) - 1;
    counters.set(key, known);
    return known;
  }
}

function nullCounter(feature: WindowedFeature, input: Expression): WindowedFeature {
  const { name, window, delay, filter, ownEvent } = feature;
  return {
    name: `${name}$nulls`,
    aggregation: 'count',
    input: oneForNull(input),
    window,
    ...(delay === undefined ? {} : { delay }),
    ...(filter === undefined ? {} : { filter }),
    ...(ownEvent === undefined ? {} : { ownEvent }),
  };
}
