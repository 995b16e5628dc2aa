import { canonicalJson } from './canonical-json.ts';
import {
  versionedName,
  type Definition,
  type Definitions,
  type ParsedDefinitions,
  type SourceDefinition,
} from './definition.ts';
import { definitionKind, kinds, type ParsedDocument } from './definition-kinds.ts';
import { Faults, quote } from './faults.ts';
import { ObjectReader } from './object-reader.ts';

export const noDefinitions: Definitions = {
  sources: new Map(),
  entities: new Map(),
  featureViews: new Map(),
  featureServices: new Map(),
};

/** A document together with the place it has in what was sent. */
export interface PlacedDefinition<T extends Definition = Definition> {
  readonly path: string;
  readonly definition: T;
}

/**
 * Reads one document, a list of documents or `{ definitions: [...] }`, in any order, which may refer to each other and to
 * the `known` ones. Gives all definitions together and those that are new or changed, with defaults filled in and view
 * versions pinned; or every fault.
 */
export function parseDefinitions(json: unknown, known: Definitions = noDefinitions): ParsedDefinitions {
  const faults = new Faults();
  const parsed: { path: string; document: ParsedDocument }[] = [];
  for (const { path, value } of documentsOf(json, faults)) {
    const document = parseDocument(value, path, faults);
    if (document !== null) parsed.push({ path, document });
  }
  const newest = newestVersions(
    known,
    parsed.map(({ document }) => document),
  );
  const placed = parsed.map(({ path, document }) => ({ path, definition: pinVersions(document, newest) }));
  const all = combine(known, placed, faults);
  for (const each of placed) definitionKind(each.definition.kind).check(each, all, faults);
  if (faults.list.length > 0) return { ok: false, faults: faults.list };
  const added = placed.map(({ definition }) => definition).filter((definition) => !isKnown(definition, known));
  return { ok: true, definitions: all, added };
}

function documentsOf(json: unknown, faults: Faults): { path: string; value: unknown }[] {
  if (Array.isArray(json)) return json.map((value: unknown, index) => ({ path: `[${index}]`, value }));
  if (typeof json === 'object' && json !== null && 'definitions' in json) {
    if (Array.isArray(json.definitions)) {
      return json.definitions.map((value: unknown, index) => ({ path: `definitions[${index}]`, value }));
    }
    faults.add('definitions', `must be a list of definitions, not ${quote(json.definitions)}`);
    return [];
  }
  return [{ path: '', value: json }];
}

function parseDocument(value: unknown, path: string, faults: Faults): ParsedDocument | null {
  const reader = new ObjectReader(value, path, faults);
  const kind = reader.oneOf('kind', kinds);
  if (kind === undefined) {
    if (!reader.has('kind')) reader.fault('kind', `is missing; it is one of ${kinds.join(', ')}`);
    return null;
  }
  const before = faults.list.length;
  const document = definitionKind(kind).parse(reader);
  reader.close();
  // A document whose name cannot be read would only cause faults that follow from that one.
  return document.name === '' && faults.list.length > before ? null : document;
}

function newestVersions(known: Definitions, documents: readonly ParsedDocument[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const document of [...known.featureViews.values(), ...documents]) {
    if (document.kind === 'feature-view') {
      newest.set(document.name, Math.max(document.version, newest.get(document.name) ?? 1));
    }
  }
  return newest;
}

function pinVersions(document: ParsedDocument, newest: ReadonlyMap<string, number>): Definition {
  if (document.kind !== 'feature-service') return document;
  const views = document.views.map((reference) => ({
    ...reference,
    version: reference.version ?? newest.get(reference.view) ?? 1,
  }));
  return { ...document, views };
}

function combine(known: Definitions, placed: readonly PlacedDefinition[], faults: Faults): Definitions {
  const all: { readonly [K in keyof Definitions]: Map<string, Definition> } = {
    sources: new Map<string, Definition>(known.sources),
    entities: new Map<string, Definition>(known.entities),
    featureViews: new Map<string, Definition>(known.featureViews),
    featureServices: new Map<string, Definition>(known.featureServices),
  };
  const seen = new Set<string>();
  for (const { path, definition } of placed) {
    const label = `${definition.kind} ${definitionKey(definition)}`;
    if (seen.has(label)) faults.add(path, `${label} is defined twice here`);
    seen.add(label);
    if (changesKnown(definition, known)) {
      const advice = 'version' in definition ? 'give it a new version' : 'give the changed one another name';
      faults.add(path, `${label} exists with other content, and definitions never change in place: ${advice}`);
    }
    const kept = definition.kind === 'source' ? mergeColumns(definition, known) : definition;
    all[definitionKind(definition.kind).kept].set(definitionKey(definition), kept);
  }
  // Every kind has a map of its own, so each holds what its name says.
  return all as unknown as Definitions;
}

export function definitionKey(definition: Definition): string {
  return 'version' in definition ? versionedName(definition) : definition.name;
}

function knownTwin(definition: Definition, known: Definitions): Definition | undefined {
  return known[definitionKind(definition.kind).kept].get(definitionKey(definition));
}

function isKnown(definition: Definition, known: Definitions): boolean {
  const twin = knownTwin(definition, known);
  if (twin === undefined) return false;
  if (definition.kind === 'source') return canonicalJson(mergeColumns(definition, known)) === canonicalJson(twin);
  return canonicalJson(definition) === canonicalJson(twin);
}

/** A source may gain columns, as its Avro schema does; nothing else changes in place. */
function changesKnown(definition: Definition, known: Definitions): boolean {
  const twin = knownTwin(definition, known);
  if (twin === undefined) return false;
  if (definition.kind !== 'source' || twin.kind !== 'source') return !isKnown(definition, known);
  const same = canonicalJson({ ...definition, columns: null }) === canonicalJson({ ...twin, columns: null });
  const types = Object.entries(twin.columns ?? {});
  return !same || types.some(([name, type]) => (definition.columns?.[name] ?? type) !== type);
}

function mergeColumns(source: SourceDefinition, known: Definitions): SourceDefinition {
  const columns = { ...known.sources.get(source.name)?.columns, ...source.columns };
  return Object.keys(columns).length === 0 ? source : { ...source, columns };
}
