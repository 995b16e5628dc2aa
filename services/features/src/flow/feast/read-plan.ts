import {
  answerName,
  checkNames,
  FeastError,
  readFeatureReference,
  readVersionedName,
  versionedViewName,
  type FeatureReference,
  type OnlineRequest,
  type ShownType,
  type ViewVersion,
} from '@millrace/feast-protocol';
import {
  versionedName,
  type FeatureServiceDefinition,
  type FeatureViewDefinition,
  type PlannedFeature,
  type ServiceFeature,
} from '@millrace/feature-engine';
import type { FeaturesState } from '../definitions-domain.ts';
import { servedService, servedView, type PlannedService, type ViewLog } from '../source-blueprint.ts';
import { unfinishedSource } from '../unfinished-source.ts';
import { plainType, shownType } from './shown-type.ts';

/** A view whose states a read needs. */
export interface ReadView {
  readonly log: ViewLog;
  /** Names under which a request may bring the key; the first is the one to ask for. */
  readonly keys: readonly string[];
}

/** A feature service whose pass-through features a read needs, over some of the views. */
export interface ReadOnDemand {
  readonly service: PlannedService;
  /** Of each view of the service: its place among the views of the read. */
  readonly views: readonly number[];
}

export interface ReadOutput {
  readonly name: string;
  readonly type: ShownType;
  readonly from:
    | { readonly view: number; readonly feature: PlannedFeature }
    | { readonly onDemand: number; readonly feature: ServiceFeature };
}

/** What one shape of request reads: everything but the keys. */
export interface ReadPlan {
  readonly views: readonly ReadView[];
  readonly onDemand: readonly ReadOnDemand[];
  readonly outputs: readonly ReadOutput[];
  readonly versions: readonly ViewVersion[];
}

export type ReadShape = Pick<OnlineRequest, 'featureService' | 'features' | 'fullFeatureNames'>;

/** Under what name the pass-through features of a service are one of Feast's on-demand views. */
export function onDemandName(service: string): string {
  return `${service}_on_demand`;
}

/** @throws FeastError when the request names what is not there, or not yet, or two features alike. */
export function planRead(state: FeaturesState, { featureService, features, fullFeatureNames }: ReadShape): ReadPlan {
  const plan = new PlannedRead(state, fullFeatureNames);
  if (featureService === undefined) {
    const references = features.map(readFeatureReference);
    checkNames(references, fullFeatureNames);
    for (const reference of references) plan.addReference(reference);
  } else {
    plan.addService(findService(state, featureService));
  }
  return plan;
}

class PlannedRead implements ReadPlan {
  readonly views: ReadView[] = [];
  readonly onDemand: ReadOnDemand[] = [];
  readonly outputs: ReadOutput[] = [];
  readonly versions: ViewVersion[] = [];
  readonly #state: FeaturesState;
  readonly #fullNames: boolean;
  readonly #places = new Map<string, number>();

  constructor(state: FeaturesState, fullNames: boolean) {
    this.#state = state;
    this.#fullNames = fullNames;
  }

  addReference(reference: FeatureReference): void {
    const found = findView(this.#state, reference);
    const name = answerName(reference, this.#fullNames);
    if (found.kind === 'feature-service') {
      const service = servedService(this.#state, versionedName(found));
      const feature = service.plan.features.find(
        (one) => one.name === reference.feature && one.origin.from === 'pass-through',
      );
      if (!feature) throw noFeature(reference, service.plan.features.filter(isPassThrough));
      this.outputs.push({ name, type: plainType(feature.type), from: { onDemand: this.#onDemand(service), feature } });
      return;
    }
    const log = servedView(this.#state, versionedName(found));
    const feature = log.view.features.find((one) => one.name === reference.feature);
    if (!feature) throw noFeature(reference, log.view.features);
    const view = this.#view(log, log.view.entity.key);
    this.outputs.push({ name, type: shownType(feature, log.view), from: { view, feature } });
  }

  /** The model's features in the model's order. */
  addService(definition: FeatureServiceDefinition): void {
    const service = servedService(this.#state, versionedName(definition));
    const names = service.views.map(({ log: { view } }) => view.definition);
    for (const feature of service.plan.features) {
      if (feature.origin.from === 'pass-through') {
        const reference = { view: onDemandName(definition.name), feature: feature.name };
        const name = answerName(reference, this.#fullNames);
        this.outputs.push({
          name,
          type: plainType(feature.type),
          from: { onDemand: this.#onDemand(service), feature },
        });
        continue;
      }
      const { view: place } = feature.origin;
      const { log, keyColumn } = service.views[place] ?? missing(place);
      const { name: view, version } = log.view.definition;
      const isAlone = names.filter((other) => other.name === view).length === 1;
      const reference = { view, feature: feature.name, ...(!isAlone && { version }) };
      const found = log.view.features.find((one) => one.name === feature.name) ?? missing(place);
      this.outputs.push({
        name: answerName(reference, this.#fullNames),
        type: shownType(found, log.view),
        from: { view: this.#view(log, keyColumn), feature: found },
      });
    }
  }

  #onDemand(service: PlannedService): number {
    const known = this.onDemand.findIndex((one) => one.service.plan.id === service.plan.id);
    if (known !== -1) return known;
    const views = service.views.map(({ log, keyColumn }) => this.#view(log, keyColumn));
    return this.onDemand.push({ service, views }) - 1;
  }

  #view(log: ViewLog, key: string): number {
    const { entity, id, definition } = log.view;
    const place = `${id}|${key}`;
    const known = this.#places.get(place);
    if (known !== undefined) return known;
    const added = this.views.push({ log, keys: [...new Set([key, entity.key, entity.name])] }) - 1;
    this.#places.set(place, added);
    if (!this.versions.some(({ name, version }) => name === definition.name && version === definition.version)) {
      this.versions.push({ name: definition.name, version: definition.version });
    }
    return added;
  }
}

function isPassThrough({ origin }: ServiceFeature): boolean {
  return origin.from === 'pass-through';
}

/** The id of a feature view that can be written to. @throws FeastError when there is none of that name. */
export function findServedView(state: FeaturesState, text: string): string {
  const { name, version } = readVersionedName(text);
  const found = findView(state, { view: name, ...(version !== undefined && { version }) });
  if (found.kind === 'feature-view') return versionedName(found);
  throw new FeastError('FEAST_REQUEST_INVALID', `"${text}" is computed from each request: there is nothing to write`);
}

/** A feature view, or the service whose pass-through features are the on-demand view of that name. */
function findView(
  state: FeaturesState,
  reference: Pick<FeatureReference, 'view' | 'version'>,
): FeatureViewDefinition | FeatureServiceDefinition {
  const { featureViews, featureServices } = state.definitions;
  const { view, version } = reference;
  const views = newestFirst(featureViews.values(), ({ name }) => name === view);
  const onDemand = ({ name, passThrough }: FeatureServiceDefinition): boolean =>
    passThrough.length > 0 && onDemandName(name) === view;
  const versions = views.length > 0 ? views : newestFirst(featureServices.values(), onDemand);
  if (versions.length === 0) {
    const known = namesOf(featureViews.values());
    throw new FeastError('FEAST_FEATURE_VIEW_NOT_FOUND', `there is no feature view "${view}"; there are: ${known}`);
  }
  const found: readonly (FeatureViewDefinition | FeatureServiceDefinition)[] =
    version === undefined ? versions : versions.filter((one) => one.version === version);
  if (found.length === 0) {
    throw new FeastError(
      'FEAST_FEATURE_VIEW_VERSION_NOT_FOUND',
      `feature view "${view}" has no version ${version}; it has: ${versions.map((one) => one.version).join(', ')}`,
    );
  }
  return firstServing(state, found, `feature view "${versionedViewName(reference)}"`);
}

function findService(state: FeaturesState, text: string): FeatureServiceDefinition {
  const { featureServices } = state.definitions;
  const { name, version } = readVersionedName(text);
  const versions = newestFirst(featureServices.values(), (one) => one.name === name);
  const found = version === undefined ? versions : versions.filter((one) => one.version === version);
  if (found.length === 0) {
    throw new FeastError(
      'FEAST_FEATURE_SERVICE_NOT_FOUND',
      `there is no feature service "${text}"; there are: ${namesOf(featureServices.values())}`,
    );
  }
  return firstServing(state, found, `feature service "${text}"`);
}

function newestFirst<T extends { readonly version: number }>(all: Iterable<T>, wanted: (one: T) => boolean): T[] {
  return [...all].filter(wanted).sort((a, b) => b.version - a.version);
}

/** The newest that serves: one that is still being built would give the values of long ago. */
function firstServing<T extends FeatureViewDefinition | FeatureServiceDefinition>(
  state: FeaturesState,
  versions: readonly T[],
  what: string,
): T {
  const serving = versions.find((one) => unfinishedSource(state, one) === undefined);
  if (serving) return serving;
  const source = versions[0] && unfinishedSource(state, versions[0]);
  throw new FeastError(
    'FEAST_NOT_YET',
    `${what} is being built from the log of source "${source}": see GET /api/v1/sources/${source} for how far it is`,
  );
}

function noFeature({ view, feature }: FeatureReference, known: readonly { readonly name: string }[]): FeastError {
  return new FeastError(
    'FEAST_FEATURE_NOT_FOUND',
    `feature view "${view}" has no feature "${feature}"; it has: ${namesOf(known)}`,
  );
}

/** A few of them: a message is to be read by a person. */
function namesOf(known: Iterable<{ readonly name: string }>): string {
  const names = [...new Set([...known].map(({ name }) => name))];
  const more = names.length > 20 ? ` and ${names.length - 20} more` : '';
  return names.length === 0 ? 'none' : names.slice(0, 20).join(', ') + more;
}

function missing(place: number): never {
  throw new RangeError(`a feature names view ${place}, which its service lacks`);
}
