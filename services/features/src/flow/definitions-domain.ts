import type { Applied, CommandMeta, Domain } from '@millrace/events';
import {
  canonicalJson,
  noDefinitions,
  parseDefinitions,
  type Definition,
  type Definitions,
} from '@millrace/feature-engine';
import { labelOf } from './definition-label.ts';
import { retireDefinition, type DefinitionReference } from './retire-definition.ts';

/** How a source's log is being read: what cannot be said in a definition because operators and the platform change it. */
export interface SourceProgress {
  /** The build that serves: its vectors count and its states are read online. */
  readonly live: number;
  /** The newest build. Those above `live` catch up beside it until they take over. */
  readonly build: number;
  /** Raised by an operator when the topic was recreated or repartitioned. */
  readonly generation: number;
  /** Whether anyone has ever read it: what is new then needs a build of its own. */
  readonly wasRead: boolean;
}

/** When a view or a feature service came to its source. */
export interface Origin {
  /** The first build that it is part of. */
  readonly build: number;
  /** The generation of the source at that time. */
  readonly generation: number;
}

export interface FeaturesState {
  /** Raised by every command that changes something: whatever is compiled from the definitions is of one revision. */
  revision: number;
  definitions: Definitions;
  readonly sources: Map<string, SourceProgress>;
  /** Of views and feature services, by `labelOf`. */
  readonly origins: Map<string, Origin>;
  /** Content of what was retired, by `labelOf`: its name must not come back for something else. */
  readonly retired: Map<string, string>;
}

export type FeaturesCommand =
  | { readonly type: 'apply-definitions'; readonly definitions: readonly unknown[] }
  | { readonly type: 'resume-source'; readonly source: string; readonly expectedGeneration?: number }
  | { readonly type: 'retire-definition'; readonly definition: DefinitionReference }
  | {
      readonly type: 'complete-build';
      readonly source: string;
      readonly build: number;
      /** The feature services that the build was seen to have taken over in every partition. */
      readonly services: readonly string[];
    };

/** A definition that is new; what was there already, with the same content, is not listed. */
interface AppliedDefinition {
  readonly kind: Definition['kind'];
  readonly name: string;
  readonly version?: number;
}

export const featuresDomain: Domain<FeaturesState, FeaturesCommand> = {
  types: ['apply-definitions', 'resume-source', 'retire-definition', 'complete-build'],
  initial: () => ({
    revision: 0,
    definitions: noDefinitions,
    sources: new Map(),
    origins: new Map(),
    retired: new Map(),
  }),
  apply(state, command, meta) {
    const applied = applyCommand(state, command, meta);
    if (applied.ok) state.revision += 1;
    return applied;
  },
};

function applyCommand(state: FeaturesState, command: FeaturesCommand, meta: CommandMeta): Applied {
  switch (command.type) {
    case 'apply-definitions':
      return applyDefinitions(state, command.definitions);
    case 'resume-source':
      return resumeSource(state, command, meta);
    case 'retire-definition': {
      const retired = retireDefinition(state, command.definition);
      if (retired.ok) for (const source of state.sources.keys()) leaveEmptyBuild(state, source);
      return retired;
    }
    case 'complete-build':
      return completeBuild(state, command);
  }
}

function applyDefinitions(state: FeaturesState, documents: readonly unknown[]): Applied {
  const parsed = parseDefinitions(documents, state.definitions);
  if (!parsed.ok) {
    return {
      ok: false,
      code: 'FEATURES_DEFINITION_INVALID',
      message: 'the definitions have faults',
      details: parsed.faults,
    };
  }
  const changed = parsed.added.find((definition) => {
    const buried = state.retired.get(labelOf(definition));
    return buried !== undefined && buried !== canonicalJson(definition);
  });
  if (changed) {
    return {
      ok: false,
      code: 'FEATURES_RETIRED_CONFLICT',
      message: `${labelOf(changed)} was retired with other content, and what was derived from it still bears its name: give the new one ${'version' in changed ? 'a new version' : 'another name'}`,
    };
  }
  const before = state.definitions;
  state.definitions = parsed.definitions;
  for (const definition of parsed.added) state.retired.delete(labelOf(definition));
  beginSources(state, before, parsed.added);
  const views = parsed.added.filter(({ kind }) => kind === 'feature-view');
  const services = parsed.added.filter(({ kind }) => kind === 'feature-service');
  // Views first: a service comes with the newest of its views.
  for (const definition of [...views, ...services]) recordOrigin(state, before, definition);
  return { ok: true, result: parsed.added.map(outcomeOf) };
}

/** New sources, and new builds of those whose log must be read from its beginning for what is new. */
function beginSources(state: FeaturesState, before: Definitions, added: readonly Definition[]): void {
  const read = new Map<string, boolean>();
  for (const definition of added) {
    if (definition.kind === 'source') {
      const known = state.sources.get(definition.name);
      state.sources.set(definition.name, known ?? { live: 0, build: 0, generation: 0, wasRead: false });
    } else if (definition.kind !== 'entity') {
      read.set(definition.source, read.get(definition.source) === true || needsHistory(definition));
    }
  }
  for (const [source, history] of read) {
    const progress = state.sources.get(source);
    if (!progress) continue;
    const wasServing = isRead(before, source);
    // One that nobody read for a while has lost its states: they begin anew.
    const build = progress.wasRead && (history || !wasServing) ? progress.build + 1 : progress.build;
    const live = wasServing ? progress.live : build;
    state.sources.set(source, { ...progress, live, build, wasRead: true });
  }
}

function needsHistory(definition: Definition): boolean {
  return (
    definition.kind === 'feature-view' ||
    (definition.kind === 'feature-service' && definition.startFrom === 'beginning')
  );
}

/** After `beginSources`: what needs the log from its beginning belongs to the build that was just begun. */
function recordOrigin(state: FeaturesState, before: Definitions, definition: Definition): void {
  if (definition.kind !== 'feature-view' && definition.kind !== 'feature-service') return;
  const progress = state.sources.get(definition.source);
  if (!progress) return;
  const { live, build, generation } = progress;
  const isNewHere = needsHistory(definition) || !isRead(before, definition.source);
  state.origins.set(labelOf(definition), {
    build: isNewHere ? build : builtSince(state, definition, live),
    generation,
  });
}

/** A service over views that are still being built comes with the newest of them. */
function builtSince({ definitions, origins }: FeaturesState, service: Definition, live: number): number {
  if (service.kind !== 'feature-service') return live;
  const ownViews = service.views
    .map(({ view, version }) => `${view}@${version}`)
    .filter((id) => definitions.featureViews.get(id)?.source === service.source);
  return Math.max(live, ...ownViews.map((id) => originOf(origins, `feature-view ${id}`).build));
}

/** A source that no view and no service uses is stored, but no state is built from it. */
export function isRead({ featureViews, featureServices }: Definitions, source: string): boolean {
  return (
    [...featureViews.values()].some((view) => view.source === source) ||
    [...featureServices.values()].some((service) => service.source === source)
  );
}

function outcomeOf(definition: Definition): AppliedDefinition {
  const { kind, name } = definition;
  return 'version' in definition ? { kind, name, version: definition.version } : { kind, name };
}

function resumeSource(
  state: FeaturesState,
  { source, expectedGeneration }: FeaturesCommand & { readonly type: 'resume-source' },
  { offset }: CommandMeta,
): Applied {
  const progress = state.sources.get(source);
  if (!progress || !state.definitions.sources.has(source)) {
    return {
      ok: false,
      code: 'FEATURES_SOURCE_NOT_FOUND',
      message: `there is no source "${source}" at journal position ${offset}`,
    };
  }
  if (expectedGeneration !== undefined && expectedGeneration !== progress.generation) {
    return {
      ok: false,
      code: 'FEATURES_GENERATION_CONFLICT',
      message: `source "${source}" is in generation ${progress.generation}, not ${expectedGeneration}: it has been resumed already; look at it again before you do so once more`,
    };
  }
  // Nothing of the old log counts in the new one: there is nothing to take over from an older build.
  const resumed = { ...progress, live: progress.build, generation: progress.generation + 1 };
  state.sources.set(source, resumed);
  return { ok: true, result: { source, generation: resumed.generation, build: resumed.build } };
}

function completeBuild(
  state: FeaturesState,
  { source, build, services }: FeaturesCommand & { readonly type: 'complete-build' },
): Applied {
  const progress = state.sources.get(source);
  if (!progress || build <= progress.live || build > progress.build) {
    return {
      ok: false,
      code: 'FEATURES_BUILD_CONFLICT',
      message: `build ${build} of source "${source}" is not being built beside build ${progress?.live ?? '-'}`,
    };
  }
  // One that was defined after the look at the fences may lack vectors in the new build: look again.
  const missed = [...servicesOf(state, source, progress.live)].find((id) => !services.includes(id));
  if (missed !== undefined) {
    return {
      ok: false,
      code: 'FEATURES_BUILD_CONFLICT',
      message: `build ${build} of source "${source}" has not taken feature service ${missed} over`,
    };
  }
  state.sources.set(source, { ...progress, live: build });
  return { ok: true, result: { source, live: build } };
}

/** Ids of the feature services that a build of a source is concerned with. */
export function servicesOf({ definitions, origins }: FeaturesState, source: string, build: number): readonly string[] {
  return [...definitions.featureServices]
    .filter(([id, service]) => service.source === source && originOf(origins, `feature-service ${id}`).build <= build)
    .map(([id]) => id);
}

export function viewsOf({ definitions, origins }: FeaturesState, source: string, build: number): readonly string[] {
  return [...definitions.featureViews]
    .filter(([id, view]) => view.source === source && originOf(origins, `feature-view ${id}`).build <= build)
    .map(([id]) => id);
}

export function originOf(origins: FeaturesState['origins'], label: string): Origin {
  return origins.get(label) ?? { build: 0, generation: 0 };
}

/** A build that serves nothing any more makes way for the next one that does. */
function leaveEmptyBuild(state: FeaturesState, source: string): void {
  const progress = state.sources.get(source);
  if (!progress) return;
  let { live } = progress;
  const isEmpty = (build: number): boolean =>
    servicesOf(state, source, build).length === 0 && viewsOf(state, source, build).length === 0;
  while (live < progress.build && isEmpty(live)) live += 1;
  if (live !== progress.live) state.sources.set(source, { ...progress, live });
}
