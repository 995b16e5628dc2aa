import type { ShownType } from '@millrace/feast-protocol';
import type { PlannedFeature, ViewFeature, ViewPlan } from '@millrace/feature-engine';

const counting: readonly string[] = ['count', 'distinct'];
const choosing: readonly string[] = ['min', 'max', 'first', 'last'];
const wholeColumns: readonly (string | undefined)[] = ['int', 'long', 'timestamp'];

/** What a client of Feast is to take the values of a view's feature for: a count is an integer, a sum is not. */
export function shownType({ type, definition }: ViewFeature, { source }: ViewPlan): ShownType {
  if (type !== 'double') return type;
  const { aggregation, input } = definition;
  if (counting.includes(aggregation)) return 'integer';
  const column = input?.op === 'column' ? source.columns[input.name] : undefined;
  return choosing.includes(aggregation) && wholeColumns.includes(column) ? 'integer' : 'double';
}

/** The value of a feature among those of its view or service; null is missing. */
export function valueOf(
  { type, slot }: PlannedFeature,
  { numbers, strings }: { readonly numbers: ArrayLike<number>; readonly strings: readonly (string | null)[] },
): number | string | null {
  if (type === 'string') return strings[slot] ?? null;
  const value = numbers[slot] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
