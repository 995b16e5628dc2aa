import { triggerKey } from '../definitions/check-feature-service.ts';
import { versionedName, type Definitions, type FeatureServiceDefinition } from '../definitions/definition.ts';
import { Faults } from '../definitions/faults.ts';
import { checkExpression } from '../expressions/check-expression.ts';
import { isText, type FeatureType } from './feature-type.ts';
import { ServicePlan, type FeatureOrigin, type ServiceFeature, type ServiceView } from './service-plan.ts';
import { SourcePlan } from './source-plan.ts';
import { ViewPlan } from './view-plan.ts';

export function compileSource(name: string, definitions: Definitions): SourcePlan {
  return new SourcePlan(found(definitions.sources.get(name), 'source', name));
}

/** Compiles `name@version`. */
export function compileView(id: string, definitions: Definitions): ViewPlan {
  const view = found(definitions.featureViews.get(id), 'feature view', id);
  const entity = found(definitions.entities.get(view.entity), 'entity', view.entity);
  return new ViewPlan(view, compileSource(view.source, definitions), entity);
}

/** Compiles a feature service, given as `name@version`, out of definitions that `parseDefinitions` has accepted. */
export function compile(id: string, definitions: Definitions): ServicePlan {
  const service = found(definitions.featureServices.get(id), 'feature service', id);
  const source = compileSource(service.source, definitions);
  const views = service.views.map((reference): ServiceView => {
    const plan = compileView(versionedName({ name: reference.view, version: reference.version }), definitions);
    const key = found(triggerKey(service, reference, plan.definition, definitions), 'key of view', plan.id);
    return { plan, key, readsTrigger: plan.definition.source === service.source && plan.keyColumn === key };
  });
  return new ServicePlan(service, { source, views, features: orderFeatures(service, source, views) });
}

function orderFeatures(
  service: FeatureServiceDefinition,
  source: SourcePlan,
  views: readonly ServiceView[],
): ServiceFeature[] {
  const available = new Map<string, { type: FeatureType; origin: FeatureOrigin }>();
  const viewTypes = new Map<string, FeatureType>();
  views.forEach(({ plan }, view) => {
    for (const { name, type, slot } of plan.features) {
      viewTypes.set(name, type);
      available.set(name, { type, origin: { from: 'view', view, slot } });
    }
  });
  const scope = { columns: source.columns, columnsOf: source.name, features: viewTypes };
  service.passThrough.forEach(({ name, expression }, index) => {
    const type = checkExpression(expression, scope, '', new Faults());
    available.set(name, {
      type: type === 'string' || type === 'boolean' ? type : 'double',
      origin: { from: 'pass-through', index },
    });
  });
  const slots = { numbers: 0, strings: 0 };
  return (service.features ?? [...available.keys()]).map((name) => {
    const { type, origin } = found(available.get(name), 'feature', name);
    const slot = isText(type) ? slots.strings++ : slots.numbers++;
    return { name, type, slot, origin };
  });
}

function found<T>(value: T | undefined, what: string, name: string): T {
  if (value === undefined) throw new RangeError(`there is no ${what} "${name}"`);
  return value;
}
