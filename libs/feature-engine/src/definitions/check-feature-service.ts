import { checkExpression, listed } from '../expressions/check-expression.ts';
import type { FeatureType } from '../plans/feature-type.ts';
import { viewFeatureTypes } from './check-feature-view.ts';
import { checkKeyColumn } from './check-references.ts';
import {
  versionedName,
  type Definitions,
  type FeatureServiceDefinition,
  type FeatureViewDefinition,
  type ServiceViewReference,
} from './definition.ts';
import { memberPath, quote, type Faults } from './faults.ts';
import { sourceColumnsOf } from './source-columns-of.ts';
import type { PlacedDefinition } from './parse-definitions.ts';

export function checkFeatureService(
  { path, definition }: PlacedDefinition<FeatureServiceDefinition>,
  all: Definitions,
  faults: Faults,
): void {
  const trigger = all.sources.get(definition.source);
  if (trigger === undefined && definition.source !== '') {
    faults.add(memberPath(path, 'source'), `there is no source ${quote(definition.source)}`);
  }
  const features = new Map<string, FeatureType>();
  const keys = new Map<string, string>();
  const used = new Set<string>();
  definition.views.forEach((reference, index) => {
    const at = `${memberPath(path, 'views')}[${index}]`;
    const view = all.featureViews.get(versionedName({ name: reference.view, version: reference.version }));
    if (view === undefined) {
      if (reference.view !== '') faults.add(`${at}.view`, missingView(reference, all));
      return;
    }
    if (used.has(reference.view)) {
      faults.add(`${at}.view`, `view ${reference.view} is used twice`);
      return;
    }
    used.add(reference.view);
    addFeatures(viewFeatureTypes(view, all.sources.get(view.source)), features, `${at}.view`, faults);
    const key = triggerKey(definition, reference, view, all);
    if (key === undefined) return;
    // On the view's own source and column the view itself has been checked.
    const checked = reference.key === undefined && view.source === definition.source;
    if (trigger !== undefined && !checked) {
      const column = { source: trigger, column: key, entity: all.entities.get(view.entity) };
      checkKeyColumn(column, reference.key === undefined ? `${at}.view` : `${at}.key`, faults);
    }
    const other = keys.get(view.entity);
    if (other !== undefined && other !== key) {
      faults.add(
        `${at}.key`,
        `entity ${view.entity} is read by column ${key} here and by column ${other} in another view: use two entities`,
      );
    }
    keys.set(view.entity, key);
  });
  checkPassThrough({ path, definition }, features, all, faults);
  checkOrder({ path, definition }, features, faults);
}

/** The column of the trigger that holds a view's key. */
export function triggerKey(
  service: FeatureServiceDefinition,
  reference: ServiceViewReference,
  view: FeatureViewDefinition,
  all: Definitions,
): string | undefined {
  const sameSource = view.source === service.source ? view.keyColumn : undefined;
  return reference.key ?? sameSource ?? all.entities.get(view.entity)?.key;
}

function missingView(reference: ServiceViewReference, all: Definitions): string {
  const versions = [...all.featureViews.values()]
    .filter((view) => view.name === reference.view)
    .map((view) => view.version);
  if (versions.length > 0)
    return `view ${reference.view} has no version ${reference.version}; it has ${versions.join(', ')}`;
  return `there is no feature view ${quote(reference.view)}; there are ${listed([...all.featureViews.keys()])}`;
}

function addFeatures(
  from: ReadonlyMap<string, FeatureType>,
  to: Map<string, FeatureType>,
  path: string,
  faults: Faults,
): void {
  for (const [name, type] of from) {
    if (to.has(name))
      faults.add(path, `feature ${name} clashes with one of the same name in another view of this service`);
    to.set(name, type);
  }
}

function checkPassThrough(
  { path, definition }: PlacedDefinition<FeatureServiceDefinition>,
  viewFeatures: Map<string, FeatureType>,
  all: Definitions,
  faults: Faults,
): void {
  const trigger = all.sources.get(definition.source);
  const scope = {
    columns: trigger && sourceColumnsOf(trigger),
    columnsOf: `source ${definition.source}`,
    features: new Map(viewFeatures),
  };
  definition.passThrough.forEach((feature, index) => {
    const at = `${memberPath(path, 'passThrough')}[${index}]`;
    const type = checkExpression(feature.expression, scope, `${at}.expression`, faults);
    if (type === 'null') faults.add(`${at}.expression`, 'is always null');
    if (viewFeatures.has(feature.name))
      faults.add(`${at}.name`, `${feature.name} is already the name of another feature`);
    viewFeatures.set(feature.name, type === 'string' || type === 'boolean' ? type : 'double');
  });
}

function checkOrder(
  { path, definition }: PlacedDefinition<FeatureServiceDefinition>,
  features: ReadonlyMap<string, FeatureType>,
  faults: Faults,
): void {
  const seen = new Set<string>();
  definition.features?.forEach((name, index) => {
    const at = `${memberPath(path, 'features')}[${index}]`;
    if (seen.has(name)) faults.add(at, `${name} is named twice`);
    else if (name !== '' && !features.has(name))
      faults.add(at, `there is no feature ${quote(name)}; there are ${listed([...features.keys()])}`);
    seen.add(name);
  });
}
