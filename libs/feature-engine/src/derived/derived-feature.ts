import { checkExpression, listed } from '../expressions/check-expression.ts';
import type { Expression } from '../expressions/expression.ts';
import { parseExpression } from '../expressions/parse-expression.ts';
import { references } from '../expressions/references.ts';
import { unguardedDivision } from '../expressions/unguarded-division.ts';
import { quote, type Faults } from '../definitions/faults.ts';
import type { ObjectReader } from '../definitions/object-reader.ts';
import type { FeatureType } from '../plans/feature-type.ts';

/** A feature of a view made of other features of it: a ratio of two sums, say. */
export interface DerivedFeature {
  readonly name: string;
  readonly description?: string;
  /** Over features that stand before it in the view. */
  readonly expression: Expression;
  /** What it is where the expression is null; null is missing. */
  readonly empty?: number | string | boolean | null;
}

/** What a member of a view's `features` is: a document with an `expression` is derived. */
export function isDerived(feature: object): feature is DerivedFeature {
  return 'expression' in feature;
}

export function parseDerivedFeature(reader: ObjectReader): DerivedFeature {
  const description = reader.text('description');
  const expression = parseExpression(reader.raw('expression'), reader.at('expression'), reader.faults);
  const empty = reader.raw('empty');
  if (empty !== undefined && empty !== null && !['number', 'string', 'boolean'].includes(typeof empty))
    reader.fault('empty', 'must be a number, a text, a boolean or null');
  const feature: DerivedFeature = {
    name: reader.required('name', reader.name('name'), ''),
    ...(description === undefined ? {} : { description }),
    expression,
    ...(empty === undefined ? {} : { empty: empty as NonNullable<DerivedFeature['empty']> | null }),
  };
  reader.close();
  return feature;
}

/**
 * The type of a derived feature over the features before it; what does not fit becomes a fault. Undefined where the type cannot
 * be known, because of a fault or of a column that is not known yet.
 */
export function checkDerivedFeature(
  feature: DerivedFeature,
  before: ReadonlyMap<string, FeatureType>,
  path: string,
  faults: Faults,
): FeatureType | undefined {
  const at = `${path}.expression`;
  const read = references(feature.expression);
  if (read.length === 0) {
    faults.add(at, 'reads no feature, so it is the same for every event');
    return undefined;
  }
  const outside = read.find(({ op }) => op !== 'feature');
  if (outside !== undefined) {
    const what = outside.op === 'column' ? `column ${quote(outside.name)}` : 'the time of an event';
    faults.add(
      at,
      `reads ${what}: a derived feature is made of features of its view, such as {"op": "feature", "name": …}`,
    );
    return undefined;
  }
  const names = new Set(read.flatMap((reference) => (reference.op === 'feature' ? [reference.name] : [])));
  const unknown = [...names].filter((name) => name !== '' && !before.has(name));
  for (const name of unknown)
    faults.add(
      at,
      `reads feature ${quote(name)}, and none before it in the view has that name; there are ${listed([...before.keys()])}`,
    );
  if (unknown.length > 0) return undefined;
  const scope = { columns: {}, columnsOf: 'a view', features: before };
  const checked = checkExpression(feature.expression, scope, at, faults);
  const place = unguardedDivision(feature.expression);
  if (place !== null && feature.empty === undefined) {
    const where = place === '' ? at : `${at}.${place}`;
    faults.add(
      `${path}.empty`,
      `is missing: ${where} is null where it divides by zero; null says that it is missing then`,
    );
  }
  if (checked === 'null') faults.add(at, 'is always null');
  if (checked === 'null' || checked === 'unknown') return undefined;
  const { empty } = feature;
  if (empty !== undefined && empty !== null && typeof empty !== checked)
    faults.add(`${path}.empty`, `must be a ${checked} like the feature, not ${quote(empty)}`);
  return checked === 'number' ? 'double' : checked;
}
