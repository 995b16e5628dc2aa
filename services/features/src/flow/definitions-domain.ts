import type { Applied, CommandMeta, Domain } from '@millrace/events';
import {
  noDefinitions,
  parseDefinitions,
  versionedName,
  type Definition,
  type Definitions,
} from '@millrace/feature-engine';

/** How a source's log is being read: what cannot be said in a definition because operators and the platform change it. */
export interface SourceProgress {
  /** Raised when definitions are added that need the log from its beginning: state is built anew beside the old one. */
  readonly build: number;
  /** Raised by an operator when the topic was recreated or repartitioned. */
  readonly generation: number;
}

export interface FeaturesState {
  /** Raised by every command that changes something: whatever is compiled from the definitions is of one revision. */
  revision: number;
  definitions: Definitions;
  readonly sources: Map<string, SourceProgress>;
}

export type FeaturesCommand =
  | { readonly type: 'apply-definitions'; readonly definitions: readonly unknown[] }
  | { readonly type: 'resume-source'; readonly source: string }
  | { readonly type: 'retire-service'; readonly name: string; readonly version: number };

/** A definition that is new; what was there already, with the same content, is not listed. */
interface AppliedDefinition {
  readonly kind: Definition['kind'];
  readonly name: string;
  readonly version?: number;
}

export const featuresDomain: Domain<FeaturesState, FeaturesCommand> = {
  types: ['apply-definitions', 'resume-source', 'retire-service'],
  initial: () => ({ revision: 0, definitions: noDefinitions, sources: new Map() }),
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
      return resumeSource(state, command.source, meta);
    case 'retire-service':
      return retireService(state, versionedName(command));
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
  const created = parsed.added.filter(
    (definition) => !(definition.kind === 'source' && state.definitions.sources.has(definition.name)),
  );
  const before = state.definitions;
  state.definitions = parsed.definitions;
  for (const source of replayedSources(before, created)) {
    const progress = state.sources.get(source) ?? { build: 0, generation: 0 };
    state.sources.set(source, { ...progress, build: progress.build + 1 });
  }
  for (const definition of created) {
    if (definition.kind === 'source') state.sources.set(definition.name, { build: 0, generation: 0 });
  }
  return { ok: true, result: parsed.added.map(outcomeOf) };
}

/** Sources already read by someone whose log must be read again for what is new. */
function replayedSources(before: Definitions, created: readonly Definition[]): Set<string> {
  const replayed = new Set<string>();
  for (const definition of created) {
    const needsHistory =
      definition.kind === 'feature-view' ||
      (definition.kind === 'feature-service' && definition.startFrom === 'beginning');
    if (needsHistory && isRead(before, definition.source)) replayed.add(definition.source);
  }
  return replayed;
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

function resumeSource(state: FeaturesState, source: string, { offset }: CommandMeta): Applied {
  const progress = state.sources.get(source);
  if (!progress) {
    return {
      ok: false,
      code: 'FEATURES_SOURCE_NOT_FOUND',
      message: `there is no source "${source}" at journal position ${offset}`,
    };
  }
  const resumed = { ...progress, generation: progress.generation + 1 };
  state.sources.set(source, resumed);
  return { ok: true, result: { source, ...resumed } };
}

function retireService(state: FeaturesState, label: string): Applied {
  if (!state.definitions.featureServices.has(label)) {
    return { ok: false, code: 'FEATURES_SERVICE_NOT_FOUND', message: `there is no feature service "${label}"` };
  }
  const featureServices = new Map(state.definitions.featureServices);
  featureServices.delete(label);
  state.definitions = { ...state.definitions, featureServices };
  return { ok: true, result: { retired: label } };
}
