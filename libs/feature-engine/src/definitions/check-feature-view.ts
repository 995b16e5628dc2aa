import { aggregationKind } from '../aggregations/registry.ts';
import { checkDerivedFeature, isDerived } from '../derived/derived-feature.ts';
import { checkNullHandling } from '../derived/null-handling.ts';
import { checkExpression, type CheckedType, type ExpressionScope } from '../expressions/check-expression.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import { checkKeyColumn } from './check-references.ts';
import type { Definitions, FeatureViewDefinition, SourceDefinition, WindowedFeature } from './definition.ts';
import { Faults, memberPath, quote } from './faults.ts';
import { sourceColumnsOf } from './source-columns-of.ts';
import type { PlacedDefinition } from './parse-definitions.ts';

export function checkFeatureView(
  { path, definition }: PlacedDefinition<FeatureViewDefinition>,
  all: Definitions,
  faults: Faults,
): void {
  const source = all.sources.get(definition.source);
  if (source === undefined && definition.source !== '') {
    faults.add(memberPath(path, 'source'), `there is no source ${quote(definition.source)}`);
  }
  const entity = all.entities.get(definition.entity);
  if (entity === undefined && definition.entity !== '') {
    faults.add(memberPath(path, 'entity'), `there is no entity ${quote(definition.entity)}`);
  }
  const keyColumn = definition.keyColumn ?? entity?.key;
  if (source !== undefined && keyColumn !== undefined) {
    checkKeyColumn(
      { source, column: keyColumn, entity },
      memberPath(path, definition.keyColumn === undefined ? 'entity' : 'keyColumn'),
      faults,
    );
  }
  const names = new Set<string>();
  definition.features.forEach((feature, index) => {
    const at = `${memberPath(path, 'features')}[${index}]`;
    if (feature.name !== '' && names.has(feature.name))
      faults.add(`${at}.name`, `${feature.name} is already the name of another feature`);
    names.add(feature.name);
    if (!isDerived(feature)) checkFeature(feature, source, at, faults);
  });
  // The types of what derived features are made of follow from the columns: they are checked when those are known.
  if (viewScope(source).columns !== undefined) featureTypes(definition, source, { path, faults });
}

/** Types of a view's features by name; what is wrong with derived ones becomes a fault. */
function featureTypes(
  view: FeatureViewDefinition,
  source: SourceDefinition | undefined,
  { path, faults }: { readonly path: string; readonly faults: Faults },
): Map<string, FeatureType> {
  const types = new Map<string, FeatureType>();
  view.features.forEach((feature, index) => {
    const type = isDerived(feature)
      ? checkDerivedFeature(feature, types, `${memberPath(path, 'features')}[${index}]`, faults)
      : featureType(feature, inputTypeOf(feature, source));
    if (type !== undefined) types.set(feature.name, type);
  });
  return types;
}

function checkFeature(
  feature: WindowedFeature,
  source: SourceDefinition | undefined,
  path: string,
  faults: Faults,
): void {
  const scope = viewScope(source);
  if (feature.filter !== undefined) {
    const type = checkExpression(feature.filter, scope, `${path}.filter`, faults);
    if (type === 'number' || type === 'string') faults.add(`${path}.filter`, `must be a boolean, not a ${type}`);
  }
  const input =
    feature.input === undefined ? undefined : checkExpression(feature.input, scope, `${path}.input`, faults);
  if (input === 'null') faults.add(`${path}.input`, 'is always null');
  const { takes } = aggregationKind(feature.aggregation);
  if (input !== undefined && input !== 'null' && input !== 'unknown' && !takes.includes(input)) {
    const wanted = takes.map((type) => `a ${type}`).join(' or ');
    faults.add(`${path}.input`, `is a ${input}: ${feature.aggregation} needs ${wanted}`);
  }
  checkLifetime(feature, source, path, faults);
  checkNullHandling(feature.nulls, input, path, faults);
  checkEmpty(feature, input, path, faults);
}

/** A lifetime folds what expires, which can neither be taken back later nor wait until it is known. */
function checkLifetime(
  { window }: WindowedFeature,
  source: SourceDefinition | undefined,
  path: string,
  faults: Faults,
): void {
  if (typeof window === 'string' || window.kind !== 'lifetime') return;
  const member = source?.cdc === undefined ? (source?.availableAt === undefined ? null : 'availableAt') : 'cdc';
  if (member !== null)
    faults.add(
      `${path}.window`,
      `must not be a lifetime: source ${quote(source?.name)} has ${member}, so that events change after a lifetime has folded them; give it a duration`,
    );
}

function checkEmpty(feature: WindowedFeature, input: CheckedType | undefined, path: string, faults: Faults): void {
  if (feature.empty === undefined || feature.empty === null || input === 'unknown' || input === 'null') return;
  const type = featureType(feature, input);
  if (type === 'list' || type === 'map') {
    faults.add(`${path}.empty`, `must be null, because the feature is a ${type}, not ${quote(feature.empty)}`);
    return;
  }
  const wanted = type === 'double' ? 'number' : type;
  if (typeof feature.empty !== wanted)
    faults.add(`${path}.empty`, `must be a ${wanted} like the feature, not ${quote(feature.empty)}`);
}

export function viewScope(source: SourceDefinition | undefined): ExpressionScope {
  return { columns: source && sourceColumnsOf(source), columnsOf: `source ${source?.name ?? ''}`, features: null };
}

export function featureType(feature: WindowedFeature, input: CheckedType | undefined): FeatureType {
  return aggregationKind(feature.aggregation).type(input, feature);
}

/** Types of a view's features by name. */
export function viewFeatureTypes(
  view: FeatureViewDefinition,
  source: SourceDefinition | undefined,
): Map<string, FeatureType> {
  return featureTypes(view, source, { path: '', faults: new Faults() });
}

function inputTypeOf({ input }: WindowedFeature, source: SourceDefinition | undefined): CheckedType | undefined {
  return input === undefined ? undefined : checkExpression(input, viewScope(source), '', new Faults());
}
