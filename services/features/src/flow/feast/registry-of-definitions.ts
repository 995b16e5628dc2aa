import {
  secondsOf,
  sourceTypes,
  valueTypes,
  type DataSource,
  type FeatureService,
  type FeatureSpec,
  type FeatureView,
  type FeatureViewProjection,
  type OnDemandFeatureView,
  type Registry,
  type ShownType,
} from '@millrace/feast-protocol';
import {
  compileView,
  versionedName,
  type ColumnType,
  type FeatureServiceDefinition,
  type FeatureViewDefinition,
  type SourceDefinition,
  type ViewPlan,
} from '@millrace/feature-engine';
import type { FeaturesState } from '../definitions-domain.ts';
import { servedService, type PlannedService } from '../source-blueprint.ts';
import { unfinishedSource } from '../unfinished-source.ts';
import { onDemandName } from './read-plan.ts';
import { plainType, shownType } from './shown-type.ts';

const shownTypes: Readonly<Record<Exclude<ShownType, 'given'>, number>> = {
  integer: valueTypes.int64,
  double: valueTypes.double,
  boolean: valueTypes.bool,
  string: valueTypes.string,
};

const columnTypes: Readonly<Record<ColumnType, number>> = {
  string: valueTypes.string,
  long: valueTypes.int64,
  int: valueTypes.int32,
  double: valueTypes.double,
  boolean: valueTypes.bool,
  timestamp: valueTypes.unixTimestamp,
};

/**
 * The definitions that serve as a registry of Feast, all of one project. What Feast has no versions of bears its bare name in
 * its newest version; older versions of a feature service are called `name@v1`, views of older versions are pinned by number.
 */
export function registryOf(state: FeaturesState, project: string): Registry {
  const { definitions } = state;
  const views = newestServing(state, definitions.featureViews.values());
  const services = [...definitions.featureServices.values()].filter(
    (one) => unfinishedSource(state, one) === undefined,
  );
  const newest = new Set(newestServing(state, services).map(versionedName));
  const planned = services.map((service) => {
    const isNewest = newest.has(versionedName(service));
    return { name: isNewest ? service.name : `${service.name}@v${service.version}`, service, isNewest };
  });
  const newestViews = new Set(views.map(versionedName));
  return {
    projects: [{ spec: { name: project } }],
    registrySchemaVersion: '1',
    // Clients keep what they have parsed for as long as this is the same.
    versionId: `revision-${state.revision}`,
    entities: [...definitions.entities.values()].map(({ name, key, type, description }) => ({
      spec: { name, project, joinKey: key, valueType: columnTypes[type], ...described(description) },
    })),
    dataSources: [...definitions.sources.values()].map((source) => pushSource(source, project)),
    featureViews: views.map((view) => featureView(state, view, project)),
    featureServices: planned.map(({ name, service }) => featureService(state, service, { name, project, newestViews })),
    onDemandFeatureViews: planned
      .filter(({ service: { passThrough }, isNewest }) => isNewest && passThrough.length > 0)
      .map(({ service }) => onDemandView(servedService(state, versionedName(service)), project)),
  };
}

function newestServing<T extends FeatureViewDefinition | FeatureServiceDefinition>(
  state: FeaturesState,
  all: Iterable<T>,
): T[] {
  const newest = new Map<string, T>();
  for (const one of all) {
    if (unfinishedSource(state, one) !== undefined) continue;
    if (one.version > (newest.get(one.name)?.version ?? 0)) newest.set(one.name, one);
  }
  return [...newest.values()];
}

/** Rows are pushed to a source under its name. */
function pushSource({ name, description, eventTime }: SourceDefinition, project: string): DataSource {
  return {
    name,
    project,
    type: sourceTypes.push,
    timestampField: eventTime.column,
    ...described(description),
    // A client that writes asks it for the column of the time; it is the table that training sets are made from.
    batchSource: {
      name: `${name}_history`,
      project,
      type: sourceTypes.file,
      timestampField: eventTime.column,
      file: { uri: `clickhouse:source_${name}` },
    },
  };
}

function featureView(state: FeaturesState, definition: FeatureViewDefinition, project: string): FeatureView {
  const plan = compileView(versionedName(definition), state.definitions);
  const { entity, source } = plan;
  const { batchSource, ...streamSource } = pushSource(source.definition, project);
  return {
    spec: {
      name: definition.name,
      project,
      entities: [entity.name],
      features: viewFeatures(plan),
      entityColumns: [{ name: entity.key, valueType: columnTypes[entity.type] }],
      // None is how Feast says that nothing is ever too old.
      ttl: secondsOf(plan.spanMs === Number.POSITIVE_INFINITY ? 0 : plan.spanMs),
      online: true,
      streamSource,
      ...(batchSource && { batchSource }),
      ...described(definition.description),
    },
    meta: { currentVersionNumber: definition.version },
  };
}

function viewFeatures(plan: ViewPlan, wanted: (name: string) => boolean = () => true): FeatureSpec[] {
  return plan.features
    .filter(({ name }) => wanted(name))
    .map((feature) => ({
      name: feature.name,
      valueType: typeOf(shownType(feature, plan)),
      ...described(plan.definition.features.find(({ name }) => name === feature.name)?.description),
    }));
}

function typeOf(shown: ShownType): number {
  return shown === 'given' ? valueTypes.string : shownTypes[shown];
}

function featureService(
  state: FeaturesState,
  definition: FeatureServiceDefinition,
  { name, project, newestViews }: { name: string; project: string; newestViews: ReadonlySet<string> },
): FeatureService {
  const service = servedService(state, versionedName(definition));
  const projections = service.views.map((_, view) => projectionOf(service, view, newestViews));
  const passed = passThroughOf(service);
  const onDemand: FeatureViewProjection[] =
    passed.length === 0 ? [] : [{ featureViewName: onDemandName(definition.name), featureColumns: passed }];
  return {
    spec: {
      name,
      project,
      features: [...projections.filter(({ featureColumns }) => featureColumns?.length !== 0), ...onDemand],
      ...described(definition.description),
    },
  };
}

/** The features of one view that the model takes, in the view's order. */
function projectionOf(
  { plan, views }: PlannedService,
  view: number,
  newestViews: ReadonlySet<string>,
): FeatureViewProjection {
  const found = views[view];
  if (!found) throw new RangeError(`feature service ${plan.id} has no view ${view}`);
  const {
    log: { view: viewPlan },
    keyColumn,
  } = found;
  const taken = new Set(
    plan.features.filter(({ origin }) => origin.from === 'view' && origin.view === view).map(({ name }) => name),
  );
  const { name, version } = viewPlan.definition;
  const { key } = viewPlan.entity;
  return {
    featureViewName: name,
    featureColumns: viewFeatures(viewPlan, (feature) => taken.has(feature)),
    ...(keyColumn !== key && { joinKeyMap: { [key]: keyColumn } }),
    ...(!newestViews.has(viewPlan.id) && { versionTag: version }),
  };
}

function passThroughOf({ plan }: PlannedService): FeatureSpec[] {
  return plan.features
    .filter(({ origin }) => origin.from === 'pass-through')
    .map(({ name, type }) => ({ name, valueType: typeOf(plainType(type)) }));
}

/** What a service computes from the request: the client has to know which columns to send. */
function onDemandView(service: PlannedService, project: string): OnDemandFeatureView {
  const { plan, views } = service;
  const name = onDemandName(plan.name);
  const request: DataSource = {
    name: `${plan.name}_request`,
    project,
    type: sourceTypes.request,
    requestData: {
      schema: plan.requestColumns.map((column) => ({
        name: column,
        valueType: columnTypes[plan.source.columns[column] ?? 'string'],
      })),
    },
  };
  const projections = views.map(({ log: { view } }) => view.definition.name);
  const sources = Object.fromEntries([
    [request.name ?? '', { requestDataSource: request }],
    ...projections.map((view, v) => [
      view,
      { featureViewProjection: projectionOf(service, v, new Set(views.map(({ log }) => log.view.id))) },
    ]),
  ]) as NonNullable<NonNullable<OnDemandFeatureView['spec']>['sources']>;
  return {
    spec: {
      name,
      project,
      mode: 'python',
      features: passThroughOf(service),
      sources,
      ...described(plan.definition.description),
      featureTransformation: { userDefinedFunction: { name, bodyText: serverSideFunction(name), mode: 'python' } },
    },
  };
}

/** A client refuses an on-demand view without a function in Python, but never runs that of a remote store. */
function serverSideFunction(name: string): string {
  return `def ${name.replaceAll(/\W/g, '_')}(inputs):\n    raise NotImplementedError("computed by the server: ask it for online features")\n`;
}

function described(description: string | undefined): { description?: string } {
  return description === undefined ? {} : { description };
}
