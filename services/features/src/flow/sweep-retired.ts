import type { EventBus, Journal } from '@millrace/events';
import type { FencedStateStore, LogPartition } from '@millrace/online-store';
import { topicFamilies } from '@millrace/schemas';
import type { FeaturesCommand, FeaturesState } from './definitions-domain.ts';
import type { PlannedServices } from './planned-services.ts';
import { groupOf, historyGroupOf, type SourceBlueprint } from './source-blueprint.ts';

export interface SweepParts {
  readonly bus: EventBus;
  readonly store: FencedStateStore;
  readonly journal: Journal<FeaturesState, FeaturesCommand>;
  readonly services: PlannedServices;
  /** Stores what is left of a log that nobody writes any more; true when all of it is in ClickHouse and let go of. */
  readonly finishHistory: (log: string) => Promise<boolean>;
}

/**
 * Deletes what retired definitions, older builds and older generations have left: states and fences in Redis, consumer
 * groups, rekeyed logs. Whatever is there and not wanted goes, so a sweep that was cut short is finished by the next one,
 * in any instance. History stays.
 */
export class SweepRetired {
  readonly #parts: SweepParts;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** False when something is still in use or not yet stored: sweep again. */
  async run(): Promise<boolean> {
    const [states, logs, groups] = [await this.#sweepStates(), await this.#sweepLogs(), await this.#sweepGroups()];
    return states && logs && groups;
  }

  async #sweepStates(): Promise<boolean> {
    const { store, bus } = this.#parts;
    const deleted = await store.sweep(async () => {
      const builds = await this.#builds();
      return (log, key) => isWantedState(builds, log, { key, nameOf: (topic) => bus.topics.name(topic) });
    });
    if (deleted > 0) bus.log.info('features.states-swept', { keys: deleted });
    return true;
  }

  async #sweepLogs(): Promise<boolean> {
    const { bus, journal, finishHistory } = this.#parts;
    const existing = await bus.topics.list();
    // Asked after the listing: whoever made a topic had read the definitions that want it.
    const builds = await this.#builds();
    let isDone = true;
    for (const group of retiredLogs(existing, { builds, state: journal.state, prefix: bus.topics.name('') })) {
      const topic = bus.topics.name(group);
      const isFree =
        (await finishHistory(group)) &&
        (await bus.topics.deleteGroup(group)) &&
        (await bus.topics.deleteGroup(historyGroupOf(group)));
      if (isFree) await bus.topics.delete([topic]);
      isDone &&= isFree;
    }
    return isDone;
  }

  async #sweepGroups(): Promise<boolean> {
    const { bus, journal } = this.#parts;
    const state = await journal.read();
    const wanted = new Set(this.#parts.services.builds().map(({ group }) => group));
    let isDone = true;
    for (const [source, { build: newest }] of state.sources) {
      for (let build = 0; build <= newest; build += 1) {
        const group = groupOf(source, build);
        if (!wanted.has(group)) isDone = (await bus.topics.deleteGroup(group)) && isDone;
      }
    }
    return isDone;
  }

  async #builds(): Promise<readonly SourceBlueprint[]> {
    await this.#parts.journal.read();
    return this.#parts.services.builds();
  }
}

/** Whether a running build keeps this state, or this fence where `key` is null. */
export function isWantedState(
  builds: readonly SourceBlueprint[],
  { topic, generation }: LogPartition,
  { key, nameOf }: { readonly key: string | null; readonly nameOf: (topic: string) => string },
): boolean {
  if (rekeyedTopics(builds).some((rekeyed) => nameOf(rekeyed) === topic)) return true;
  const build = builds.find((each) => each.stateTopic === topic && each.generation === generation);
  if (!build) return false;
  // Ledgers belong to the source.
  if (key === null || key.startsWith('#')) return true;
  return build.ownViews.some(({ view }) => key.startsWith(`${view.id}|`));
}

function rekeyedTopics(builds: readonly SourceBlueprint[]): string[] {
  return builds.flatMap(({ rekeyedViews }) => rekeyedViews.map(({ stateTopic }) => stateTopic));
}

/**
 * Rekeyed logs that no running build wants, without the prefix: the names of their owners' groups as well. Only of views
 * that were defined here: a topic of someone else may have a name like that.
 */
export function retiredLogs(
  existing: readonly string[],
  { builds, state, prefix }: { builds: readonly SourceBlueprint[]; state: FeaturesState; prefix: string },
): string[] {
  const { featureViews, sources } = state.definitions;
  const family = topicFamilies['features.by-{view}'].name.replace('{view}', '');
  const views = new Set([
    ...[...featureViews.values()].map(({ name }) => name),
    ...[...state.retired.keys()].map((label) => /^feature-view (.+)@\d+$/.exec(label)?.[1]),
  ]);
  const kept = new Set([
    ...rekeyedTopics(builds).map((topic) => prefix + topic),
    ...[...sources.values()].map(({ topic }) => topic),
  ]);
  return existing
    .filter((topic) => topic.startsWith(prefix + family) && !topic.endsWith('.dead-letters') && !kept.has(topic))
    .map((topic) => topic.slice(prefix.length))
    .filter((topic) => views.has(topic.slice(family.length).split('.')[0]));
}
