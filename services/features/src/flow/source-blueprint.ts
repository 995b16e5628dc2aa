import {
  compile,
  compileSource,
  compileView,
  viewLogName,
  type ServicePlan,
  type SourcePlan,
  type ViewPlan,
  type EntityState,
} from '@millrace/feature-engine';
import { topicFamilies, topicOfFamily, type TopicSpec } from '@millrace/schemas';
import {
  isRead,
  originOf,
  servicesOf,
  viewsOf,
  type FeaturesState,
  type SourceProgress,
} from './definitions-domain.ts';

/** A view together with the log that its state follows. */
export interface ViewLog {
  readonly view: ViewPlan;
  /** Of the view's rekeyed events: `name@version`, and which life of the log where it was begun anew. */
  readonly lane: string;
  /** A state out of its bytes; null bytes are an entity never seen. */
  readonly decodeState: (bytes: Buffer | null) => EntityState;
  /** Under which the online store keeps the states: differs between builds, so that old and new state live side by side. */
  readonly stateTopic: string;
  readonly build: number;
  readonly generation: number;
  /** Group under whose name what cannot be read of a rekeyed log is kept: one for all lives of the log. */
  readonly deadLetterGroup: string;
  /** The consumer group of the log's owners: how far it has committed is how far the states must be. */
  readonly group: string;
  /** The topic of a rekeyed log; null where the source topic itself is keyed by the view's entity. */
  readonly rekeyedTopic: TopicSpec | null;
}

/** A view as one feature service sees it. */
export interface ServiceView {
  readonly log: ViewLog;
  /** Column of the triggering event that holds the key. */
  readonly keyColumn: string;
  /** `own`: state of the partition's owner. `sibling`: rekeyed from the same source. `foreign`: fed by other events. */
  readonly relation: 'own' | 'sibling' | 'foreign';
}

export interface PlannedService {
  readonly plan: ServicePlan;
  readonly views: readonly ServiceView[];
  /** Build of each view's log. */
  readonly builds: number[];
  /** Generation of the source when the service was defined. */
  readonly sinceGeneration: number;
}

/** Everything that the owner of a source's partitions does with its events, in one build. */
export interface SourceBlueprint {
  readonly source: SourcePlan;
  readonly build: number;
  readonly generation: number;
  /** The build that this one catches up with and takes over from; null for the one that serves. */
  readonly predecessor: SourceBlueprint | null;
  readonly group: string;
  /** One for all builds of a source: they bury the same records. */
  readonly deadLetterGroup: string;
  readonly stateTopic: string;
  readonly ownViews: readonly ViewLog[];
  readonly rekeyedViews: readonly ViewLog[];
  readonly services: readonly PlannedService[];
  /** Ids of the rekeyed views that a service reads. */
  readonly siblingViews: ReadonlySet<string>;
  /** How old an event may be before no view wants it. */
  readonly allowedLatenessMs: number;
  /** How far partitions may lie apart in event time while they catch up; null where nothing they send meets again. */
  readonly slackMs: number | null;
}

/** Of every source that anyone reads: the build that serves, then those that catch up with it. */
export function blueprintsOf(state: FeaturesState): SourceBlueprint[] {
  const blueprints: SourceBlueprint[] = [];
  for (const name of state.definitions.sources.keys()) {
    if (!isRead(state.definitions, name)) continue;
    const { live, build: newest } = progressOf(state, name);
    let predecessor: SourceBlueprint | null = null;
    for (let build = live; build <= newest; build += 1) {
      predecessor = blueprintOf(state, name, { build, predecessor });
      blueprints.push(predecessor);
    }
  }
  return blueprints;
}

function blueprintOf(
  state: FeaturesState,
  name: string,
  { build, predecessor }: { readonly build: number; readonly predecessor: SourceBlueprint | null },
): SourceBlueprint {
  const source = compileSource(name, state.definitions);
  const logs = viewsOf(state, name, build).map((id) => viewLog(state, id, build));
  const services = servicesOf(state, name, build).map((id) =>
    plannedService(state, id, (view) => (view.source.name === name ? build : viewBuild(state, view))),
  );
  const deadLetterGroup = deadLetterGroupOf(name);
  return {
    source,
    build,
    generation: progressOf(state, name).generation,
    predecessor,
    group: groupOf(name, build),
    deadLetterGroup,
    stateTopic: stateTopic(name, build),
    ownViews: logs.filter(({ rekeyedTopic }) => rekeyedTopic === null),
    rekeyedViews: logs.filter(({ rekeyedTopic }) => rekeyedTopic !== null),
    services,
    siblingViews: new Set(
      services.flatMap(({ views }) =>
        views.filter(({ relation }) => relation === 'sibling').map(({ log }) => log.view.id),
      ),
    ),
    allowedLatenessMs: ledgerLatenessMs(state, name),
    slackMs: slackOf(logs),
  };
}

/** The group under whose name the refused records of a source are kept, whichever build refused them. */
export function deadLetterGroupOf(source: string): string {
  return `features.${source}`;
}

/** The consumer group that builds the state of a source: one a build. */
export function groupOf(source: string, build: number): string {
  return inBuild(deadLetterGroupOf(source), build);
}

/** The consumer group that stores a log in ClickHouse; `name` is a source's, or one of our own topics'. */
export function historyGroupOf(name: string): string {
  return `features-history.${name}`;
}

/** What the ledgers of a source allow: the most that the source or any view on it does. */
export function ledgerLatenessMs({ definitions }: FeaturesState, source: string): number {
  const views = [...definitions.featureViews].filter(([, view]) => view.source === source);
  const declared = views
    .map(([id]) => compileView(id, definitions))
    .map((view) => view.allowedLatenessMs - view.slackMs);
  return Math.max(compileSource(source, definitions).allowedLatenessMs, ...declared);
}

function slackOf(logs: readonly ViewLog[]): number | null {
  const slacks = logs.filter(({ rekeyedTopic }) => rekeyedTopic !== null).map(({ view }) => view.slackMs);
  return slacks.length === 0 ? null : Math.min(...slacks);
}

/** A feature service, given as `name@version`, as it is served now. */
export function servedService(state: FeaturesState, id: string): PlannedService {
  const source = state.definitions.featureServices.get(id)?.source ?? '';
  const build = Math.max(progressOf(state, source).live, originOf(state.origins, `feature-service ${id}`).build);
  return plannedService(state, id, (view) => (view.source.name === source ? build : viewBuild(state, view)));
}

/** A view, given as `name@version`, by itself: as it serves now. */
export function servedView(state: FeaturesState, id: string): ViewLog {
  return viewLog(state, id, viewBuild(state, compileView(id, state.definitions)));
}

/** As it was when it made a vector that names these builds, one a view. */
export function serviceInBuilds(state: FeaturesState, id: string, builds: readonly number[]): PlannedService {
  return plannedService(state, id, (_, index) => builds[index] ?? 0);
}

function plannedService(
  state: FeaturesState,
  id: string,
  buildOf: (view: ViewPlan, index: number) => number,
): PlannedService {
  const plan = compile(id, state.definitions);
  const views = plan.views.map(({ plan: view, key, readsTrigger }, index): ServiceView => {
    const log = viewLog(state, view.id, buildOf(view, index));
    return {
      log,
      keyColumn: key,
      relation: !readsTrigger ? 'foreign' : log.rekeyedTopic === null ? 'own' : 'sibling',
    };
  });
  return {
    plan,
    views,
    builds: views.map(({ log }) => log.build),
    sinceGeneration: originOf(state.origins, `feature-service ${id}`).generation,
  };
}

/** The build in which a view serves services of other sources. */
function viewBuild(state: FeaturesState, { id, source }: ViewPlan): number {
  return Math.max(progressOf(state, source.name).live, originOf(state.origins, `feature-view ${id}`).build);
}

/** `id` is `name@version`; `build` that of its source. */
function viewLog(state: FeaturesState, id: string, build: number): ViewLog {
  const view = compileView(id, state.definitions);
  const decodeState = (bytes: Buffer | null): EntityState => (bytes ? view.decodeState(bytes) : view.emptyState());
  const { generation } = progressOf(state, view.source.name);
  if (view.log === 'source') {
    return {
      view,
      lane: view.id,
      decodeState,
      stateTopic: stateTopic(view.source.name, build),
      build,
      generation,
      deadLetterGroup: deadLetterGroupOf(view.source.name),
      group: groupOf(view.source.name, build),
      rekeyedTopic: null,
    };
  }
  // A new generation or build of the source writes a new log: positions of the old one mean nothing in it.
  const life = [build && `b${build}`, generation && `g${generation}`].filter(Boolean);
  const logOf = (parts: readonly unknown[]): TopicSpec =>
    topicOfFamily(topicFamilies['features.by-{view}'], [viewLogName(view.definition), ...parts].join('.'));
  const rekeyedTopic = logOf(life);
  return {
    view,
    lane: [view.id, ...life].join('.'),
    decodeState,
    stateTopic: rekeyedTopic.name,
    build,
    generation: 0,
    deadLetterGroup: logOf([]).name,
    group: rekeyedTopic.name,
    rekeyedTopic,
  };
}

function progressOf(state: FeaturesState, source: string): Omit<SourceProgress, 'wasRead'> {
  return state.sources.get(source) ?? { live: 0, build: 0, generation: 0 };
}

/** By the source's name: two sources may read one topic, each with states of its own. */
function stateTopic(source: string, build: number): string {
  return inBuild(`source.${source}`, build);
}

/** Names of different builds lie side by side. */
function inBuild(name: string, build: number): string {
  return build === 0 ? name : `${name}.b${build}`;
}
