import {
  compile,
  compileSource,
  compileView,
  type ServicePlan,
  type SourcePlan,
  type ViewPlan,
  type WindowState,
} from '@millrace/feature-engine';
import { topicFamilies, topicOfFamily, type TopicSpec } from '@millrace/schemas';
import { isRead, type FeaturesState, type SourceProgress } from './definitions-domain.ts';

/** A view together with the log that its state follows. */
export interface ViewLog {
  readonly view: ViewPlan;
  /** Of the view's rekeyed events: `name@version`, and which life of the log where it was begun anew. */
  readonly lane: string;
  /** A state out of its bytes; null bytes are an entity never seen. */
  readonly decodeState: (bytes: Buffer | null) => WindowState;
  /** Under which the online store keeps the states: differs between builds, so that old and new state live side by side. */
  readonly stateTopic: string;
  readonly generation: number;
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
}

/** Everything that the owner of a source's partitions does with its events. */
export interface SourceBlueprint {
  readonly source: SourcePlan;
  readonly progress: SourceProgress;
  readonly group: string;
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

/** One blueprint a source that anyone reads. */
export function blueprintsOf(state: FeaturesState): SourceBlueprint[] {
  return [...state.definitions.sources.keys()]
    .filter((name) => isRead(state.definitions, name))
    .map((name) => blueprintOf(state, name));
}

function blueprintOf(state: FeaturesState, name: string): SourceBlueprint {
  const { featureViews, featureServices } = state.definitions;
  const source = compileSource(name, state.definitions);
  const progress = progressOf(state, name);
  const logs = [...featureViews].filter(([, view]) => view.source === name).map(([id]) => viewLog(state, id));
  const services = [...featureServices]
    .filter(([, service]) => service.source === name)
    .map(([id]) => plannedService(state, id));
  return {
    source,
    progress,
    group: progress.build === 0 ? `features.${name}` : `features.${name}.b${progress.build}`,
    stateTopic: stateTopic(source, progress),
    ownViews: logs.filter(({ rekeyedTopic }) => rekeyedTopic === null),
    rekeyedViews: logs.filter(({ rekeyedTopic }) => rekeyedTopic !== null),
    services,
    siblingViews: new Set(
      services.flatMap(({ views }) =>
        views.filter(({ relation }) => relation === 'sibling').map(({ log }) => log.view.id),
      ),
    ),
    allowedLatenessMs: Math.max(
      source.allowedLatenessMs,
      ...logs.map(({ view }) => view.allowedLatenessMs - view.slackMs),
    ),
    slackMs: slackOf(logs),
  };
}

function slackOf(logs: readonly ViewLog[]): number | null {
  const slacks = logs.filter(({ rekeyedTopic }) => rekeyedTopic !== null).map(({ view }) => view.slackMs);
  return slacks.length === 0 ? null : Math.min(...slacks);
}

/** `id` is `name@version`. */
export function plannedService(state: FeaturesState, id: string): PlannedService {
  const plan = compile(id, state.definitions);
  return {
    plan,
    views: plan.views.map(({ plan: view, key, readsTrigger }) => {
      const log = viewLog(state, view.id);
      return {
        log,
        keyColumn: key,
        relation: !readsTrigger ? 'foreign' : log.rekeyedTopic === null ? 'own' : 'sibling',
      };
    }),
  };
}

/** `id` is `name@version`. */
function viewLog(state: FeaturesState, id: string): ViewLog {
  const view = compileView(id, state.definitions);
  const decodeState = (bytes: Buffer | null): WindowState => (bytes ? view.decodeState(bytes) : view.emptyState());
  const progress = progressOf(state, view.source.name);
  if (view.log === 'source') {
    return {
      view,
      lane: view.id,
      decodeState,
      stateTopic: stateTopic(view.source, progress),
      generation: progress.generation,
      rekeyedTopic: null,
    };
  }
  const { name, version } = view.definition;
  // A new generation or build of the source writes a new log: positions of the old one mean nothing in it.
  const life = [progress.build && `b${progress.build}`, progress.generation && `g${progress.generation}`].filter(
    Boolean,
  );
  const rekeyedTopic = topicOfFamily(
    topicFamilies['features.by-{view}'],
    [version === 1 ? name : `${name}-v${version}`, ...life].join('.'),
  );
  return {
    view,
    lane: [view.id, ...life].join('.'),
    decodeState,
    stateTopic: rekeyedTopic.name,
    generation: 0,
    rekeyedTopic,
  };
}

/** Of views on other sources as well: what a source's build says of its state. */
function progressOf(state: FeaturesState, source: string): SourceProgress {
  return state.sources.get(source) ?? { build: 0, generation: 0 };
}

function stateTopic({ definition }: SourcePlan, { build }: SourceProgress): string {
  return build === 0 ? definition.topic : `${definition.topic}.b${build}`;
}
