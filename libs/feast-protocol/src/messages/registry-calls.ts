import { FeastError } from '../feast-error.ts';
import { flag, message, messages, MessageType, text } from '../wire/message-type.ts';
import { dataSource } from './data-source.ts';
import { entity } from './entity.ts';
import { featureService } from './feature-service.ts';
import { featureView, type FeatureView } from './feature-view.ts';
import { onDemandFeatureView, type OnDemandFeatureView } from './on-demand-feature-view.ts';
import { project, registry, type Registry } from './registry.ts';

/** What every request of one object has; those of lists have the project alone. */
interface NamedRequest {
  readonly name?: string;
  readonly project?: string;
}

interface AnyFeatureView {
  readonly featureView?: FeatureView;
  readonly onDemandFeatureView?: OnDemandFeatureView;
}

const namedRequest = new MessageType<NamedRequest>(() => ({ name: text(1), project: text(2) }));
const projectRequest = new MessageType<{ readonly name?: string; readonly allowCache?: boolean }>(() => ({
  name: text(1),
  allowCache: flag(2),
}));
const listRequest = new MessageType<{ readonly project?: string }>(() => ({ project: text(1) }));
const nothing = new MessageType<object>(() => ({}));

const anyFeatureView = new MessageType<AnyFeatureView>(() => ({
  featureView: message(1, featureView),
  onDemandFeatureView: message(2, onDemandFeatureView),
}));
const anyFeatureViewResponse = new MessageType<{ readonly anyFeatureView?: AnyFeatureView }>(() => ({
  anyFeatureView: message(1, anyFeatureView),
}));

/** Every list's response has its items in field 1. */
function listOf<T extends object>(type: MessageType<T>): MessageType<{ readonly items?: readonly T[] }> {
  return new MessageType<{ readonly items?: readonly T[] }>(() => ({ items: messages(1, type) }));
}

const entities = listOf(entity);
const dataSources = listOf(dataSource);
const featureViews = listOf(featureView);
const allFeatureViews = listOf(anyFeatureView);
const onDemandFeatureViews = listOf(onDemandFeatureView);
const featureServices = listOf(featureService);
const projects = listOf(project);

interface RegistryCall {
  /** The project that is asked for; empty where a call has none. */
  readonly projectOf: (request: Uint8Array) => string;
  readonly answer: (request: Uint8Array, found: Registry) => Uint8Array;
}

function list(answer: (found: Registry) => Uint8Array): RegistryCall {
  return {
    projectOf: (request) => listRequest.decode(request).project ?? '',
    answer: (_, found) => answer(found),
  };
}

function named(answer: (name: string, found: Registry) => Uint8Array): RegistryCall {
  return {
    projectOf: (request) => namedRequest.decode(request).project ?? '',
    answer: (request, found) => answer(namedRequest.decode(request).name ?? '', found),
  };
}

const empty = list(() => nothing.encode({}));

/** The read-only calls of `feast.registry.RegistryServer`. */
const calls: Readonly<Record<string, RegistryCall>> = {
  GetEntity: named((name, { entities: all = [] }) =>
    entity.encode(found(all, name, ({ spec }) => spec?.name, { code: 'FEAST_ENTITY_NOT_FOUND', what: 'entity' })),
  ),
  ListEntities: list(({ entities: items = [] }) => entities.encode({ items })),
  GetDataSource: named((name, { dataSources: all = [] }) =>
    dataSource.encode(
      found(all, name, (one) => one.name, { code: 'FEAST_DATA_SOURCE_NOT_FOUND', what: 'data source' }),
    ),
  ),
  ListDataSources: list(({ dataSources: items = [] }) => dataSources.encode({ items })),
  GetFeatureView: named((name, { featureViews: all = [] }) => featureView.encode(viewOf(all, name))),
  ListFeatureViews: list(({ featureViews: items = [] }) => featureViews.encode({ items })),
  GetOnDemandFeatureView: named((name, { onDemandFeatureViews: all = [] }) =>
    onDemandFeatureView.encode(
      found(all, name, ({ spec }) => spec?.name, {
        code: 'FEAST_ON_DEMAND_VIEW_NOT_FOUND',
        what: 'on-demand feature view',
      }),
    ),
  ),
  ListOnDemandFeatureViews: list(({ onDemandFeatureViews: items = [] }) => onDemandFeatureViews.encode({ items })),
  GetAnyFeatureView: named((name, { featureViews: all = [], onDemandFeatureViews: onDemand = [] }) => {
    const computed = onDemand.find(({ spec }) => spec?.name === name);
    const any = computed ? { onDemandFeatureView: computed } : { featureView: viewOf(all, name) };
    return anyFeatureViewResponse.encode({ anyFeatureView: any });
  }),
  ListAllFeatureViews: list(({ featureViews: all = [], onDemandFeatureViews: onDemand = [] }) =>
    allFeatureViews.encode({
      items: [...all.map((one) => ({ featureView: one })), ...onDemand.map((one) => ({ onDemandFeatureView: one }))],
    }),
  ),
  GetFeatureService: named((name, { featureServices: all = [] }) =>
    featureService.encode(
      found(all, name, ({ spec }) => spec?.name, { code: 'FEAST_FEATURE_SERVICE_NOT_FOUND', what: 'feature service' }),
    ),
  ),
  ListFeatureServices: list(({ featureServices: items = [] }) => featureServices.encode({ items })),
  GetProject: {
    projectOf: (request) => projectRequest.decode(request).name ?? '',
    answer: (_, { projects: [only = {}] = [] }) => project.encode(only),
  },
  ListProjects: {
    projectOf: () => '',
    answer: (_, { projects: items = [] }) => projects.encode({ items }),
  },
  Proto: { projectOf: () => '', answer: (_, all) => registry.encode(all) },
  // Kinds that we have none of.
  ListStreamFeatureViews: empty,
  ListLabelViews: empty,
  ListSavedDatasets: empty,
  ListValidationReferences: empty,
  ListPermissions: empty,
  ListProjectMetadata: empty,
  // Every answer is made from what is in force.
  Refresh: empty,
};

const writes = /^(Apply|Delete|Update|Commit|Create)/;

/**
 * Answers one call of Feast's registry server by its method's name.
 * @throws FeastError for a call that writes, that nobody knows, or whose object is not there.
 */
export function answerRegistryCall(
  method: string,
  request: Uint8Array,
  registryOf: (project: string) => Registry,
): Uint8Array {
  const call = Object.hasOwn(calls, method) ? calls[method] : undefined;
  if (call) return call.answer(request, registryOf(call.projectOf(request)));
  if (writes.test(method)) {
    throw new FeastError(
      'FEAST_READ_ONLY_NOT_PERMITTED',
      `${method}: the registry is made from the platform's definitions and is read-only here: send definitions to POST /api/v1/definitions`,
    );
  }
  throw new FeastError('FEAST_CALL_UNKNOWN', `the registry has no call "${method}"`);
}

function viewOf(all: readonly FeatureView[], name: string): FeatureView {
  return found(all, name, ({ spec }) => spec?.name, { code: 'FEAST_FEATURE_VIEW_NOT_FOUND', what: 'feature view' });
}

function found<T>(
  all: readonly T[],
  name: string,
  nameOf: (one: T) => string | undefined,
  missing: { readonly code: FeastError['code']; readonly what: string },
): T {
  const one = all.find((candidate) => nameOf(candidate) === name);
  if (one !== undefined) return one;
  throw new FeastError(missing.code, `there is no ${missing.what} "${name}"`);
}
