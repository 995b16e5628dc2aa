import type { ShownType } from '@millrace/feast-protocol';
import { isDerived, isText, type FeatureType, type PlannedFeature, type ViewPlan } from '@millrace/feature-engine';

const counting: readonly string[] = ['count', 'distinct'];
const choosing: readonly string[] = ['min', 'max', 'first', 'last', 'own'];
const wholeColumns: readonly (string | undefined)[] = ['int', 'long', 'timestamp'];

/** What a client of Feast is to take the values of a view's feature for: a count is an integer, a sum is not. */
export function shownType({ name, type }: PlannedFeature, { definition, source }: ViewPlan): ShownType {
  if (type !== 'double') return plainType(type);
  const feature = definition.features.find((one) => one.name === name);
  if (feature === undefined || isDerived(feature)) return 'double';
  const { aggregation, input } = feature;
  if (counting.includes(aggregation)) return 'integer';
  const column = input?.op === 'column' ? source.columns[input.name] : undefined;
  return choosing.includes(aggregation) && wholeColumns.includes(column) ? 'integer' : 'double';
}

/** A list and a map are shown as the JSON that they travel as. */
export function plainType(type: FeatureType): ShownType {
  return isText(type) ? 'string' : type;
}

/** The value of a feature among those of its view or service; null is missing. */
export function valueOf(
  { type, slot }: PlannedFeature,
  { numbers, strings }: { readonly numbers: ArrayLike<number>; readonly strings: readonly (string | null)[] },
): number | string | null {
  if (isText(type)) return strings[slot] ?? null;
  const value = numbers[slot] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
