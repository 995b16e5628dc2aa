import { aggregationKind } from '../aggregations/registry.ts';
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
    checkFeature(feature, source, at, faults);
  });
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
  checkEmpty(feature, input, path, faults);
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
  const types = new Map<string, FeatureType>();
  for (const feature of view.features) {
    const input =
      feature.input === undefined ? undefined : checkExpression(feature.input, viewScope(source), '', new Faults());
    types.set(feature.name, featureType(feature, input));
  }
  return types;
}
