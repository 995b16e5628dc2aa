import type { Applied } from '@millrace/events';
import { canonicalJson, versionedName, type Definition, type Definitions } from '@millrace/feature-engine';
import { labelOf } from './definition-label.ts';
import type { FeaturesState } from './definitions-domain.ts';

export interface DefinitionReference {
  readonly kind: Definition['kind'];
  readonly name: string;
  /** Of a view or a service; the newest when absent. */
  readonly version?: number;
}

const notFound = {
  source: 'FEATURES_SOURCE_NOT_FOUND',
  entity: 'FEATURES_ENTITY_NOT_FOUND',
  'feature-view': 'FEATURES_VIEW_NOT_FOUND',
  'feature-service': 'FEATURES_SERVICE_NOT_FOUND',
} as const;

/**
 * Takes a definition out of force and remembers its content: what was derived from it bears its name for ever. One that
 * others use stays.
 */
export function retireDefinition(state: FeaturesState, reference: DefinitionReference): Applied {
  const { kind, name, version } = reference;
  const found = find(state.definitions, reference);
  if (!found) {
    const label = version === undefined ? name : versionedName({ name, version });
    return { ok: false, code: notFound[kind], message: `there is no ${kind.replace('-', ' ')} "${label}"` };
  }
  const label = labelOf(found);
  const users = usersOf(state.definitions, found);
  if (users.length > 0) {
    return {
      ok: false,
      code: 'FEATURES_IN_USE_CONFLICT',
      message: `${label} is used by ${users.join(', ')}: retire those first`,
    };
  }
  state.definitions = without(state.definitions, found);
  state.origins.delete(label);
  state.retired.set(label, canonicalJson(found));
  return { ok: true, result: { retired: label } };
}

function find(
  { sources, entities, ...versioned }: Definitions,
  reference: DefinitionReference,
): Definition | undefined {
  const { kind, name, version } = reference;
  if (kind === 'source') return sources.get(name);
  if (kind === 'entity') return entities.get(name);
  const all: readonly (Definition & { version: number })[] = [
    ...(kind === 'feature-view' ? versioned.featureViews : versioned.featureServices).values(),
  ];
  const named = all.filter((definition) => definition.name === name);
  const wanted = version ?? Math.max(...named.map((definition) => definition.version));
  return named.find((definition) => definition.version === wanted);
}

function usersOf({ featureViews, featureServices }: Definitions, { kind, name, ...rest }: Definition): string[] {
  const views = [...featureViews.values()].filter((view) => view[kind === 'entity' ? 'entity' : 'source'] === name);
  const services = [...featureServices.values()].filter(({ source, views: used }) =>
    kind === 'feature-view'
      ? used.some(({ view, version }) => view === name && 'version' in rest && version === rest.version)
      : kind === 'source' && source === name,
  );
  return [...(kind === 'source' || kind === 'entity' ? views : []), ...services].map(labelOf);
}

function without(definitions: Definitions, definition: Definition): Definitions {
  const left = <T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> =>
    new Map([...map].filter(([each]) => each !== key));
  switch (definition.kind) {
    case 'source':
      return { ...definitions, sources: left(definitions.sources, definition.name) };
    case 'entity':
      return { ...definitions, entities: left(definitions.entities, definition.name) };
    case 'feature-view':
      return { ...definitions, featureViews: left(definitions.featureViews, versionedName(definition)) };
    case 'feature-service':
      return { ...definitions, featureServices: left(definitions.featureServices, versionedName(definition)) };
  }
}
