import { checkFeatureService } from './check-feature-service.ts';
import { checkFeatureView } from './check-feature-view.ts';
import { checkLogNames, checkSource } from './check-references.ts';
import type { Definition, Definitions } from './definition.ts';
import type { Faults } from './faults.ts';
import type { ObjectReader } from './object-reader.ts';
import type { PlacedDefinition } from './parse-definitions.ts';
import { parseFeatureService, type ParsedFeatureService } from './parse-feature-service.ts';
import { parseFeatureView } from './parse-feature-view.ts';
import { parseEntity, parseSource } from './parse-source.ts';

type Kind = Definition['kind'];

/** What a parser gives: a service may leave the versions of its views open. */
export type ParsedDocument = Exclude<Definition, { kind: 'feature-service' }> | ParsedFeatureService;

/** What one kind of document is to the others. */
export interface DefinitionKind<T extends Definition = Definition> {
  /** Where definitions of this kind are kept. */
  readonly kept: keyof Definitions;
  parse(reader: ObjectReader): ParsedDocument;
  /** Checks what takes more than one document: names that must exist, types of expressions, names that clash. */
  check(placed: PlacedDefinition<T>, all: Definitions, faults: Faults): void;
}

/** Every kind of document: a new one is its parser, its checks and an entry here. */
const definitionKinds: { readonly [K in Kind]: DefinitionKind<Extract<Definition, { kind: K }>> } = {
  source: {
    kept: 'sources',
    parse: parseSource,
    check: (placed, all, faults) => {
      checkSource(placed, all, faults);
      checkLogNames(placed, all, faults);
    },
  },
  entity: { kept: 'entities', parse: parseEntity, check: () => undefined },
  'feature-view': {
    kept: 'featureViews',
    parse: parseFeatureView,
    check: (placed, all, faults) => {
      checkFeatureView(placed, all, faults);
      checkLogNames(placed, all, faults);
    },
  },
  'feature-service': { kept: 'featureServices', parse: parseFeatureService, check: checkFeatureService },
};

export const kinds = Object.keys(definitionKinds) as Kind[];

export function definitionKind(kind: Kind): DefinitionKind {
  return definitionKinds[kind];
}
