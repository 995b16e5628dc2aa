import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

const maxRootFields = 10;
const maxAliases = 10;
const maxDepth = 10;
const maxSelections = 1000;

interface Level {
  readonly set: SelectionSetNode;
  readonly depth: number;
}

/**
 * What is wrong with the size of a document, in words, or null. MLflow's limits: one request cannot ask for a batch of everything.
 * Comes before validation, whose time grows with the square of what is selected.
 */
export function checkDocument(document: DocumentNode): string | null {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let rootFields = 0;
  let aliases = 0;
  let selections = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const levels: Level[] = [{ set: definition.selectionSet, depth: 1 }];
    for (let level = levels.pop(); level !== undefined; level = levels.pop()) {
      const { set, depth } = level;
      if (depth > maxDepth) return `Query exceeds maximum depth of ${maxDepth}`;
      const fields = fieldsOf(set, fragments);
      if (depth === 1) rootFields += fields.length;
      aliases = Math.max(aliases, fields.filter(({ alias }) => alias !== undefined).length);
      selections += fields.length;
      if (selections > maxSelections) return `Query exceeds maximum total selections of ${maxSelections}`;
      for (const { selectionSet } of fields) {
        if (selectionSet !== undefined) levels.push({ set: selectionSet, depth: depth + 1 });
      }
    }
  }
  if (rootFields > maxRootFields) return tooMany('root fields', maxRootFields, rootFields);
  if (aliases > maxAliases) return tooMany('aliases', maxAliases, aliases);
  return null;
}

/** The fields of one level, those of its fragments among them; each fragment once, so that a circle of them ends. */
function fieldsOf(set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): FieldNode[] {
  const fields: FieldNode[] = [];
  const seen = new Set<string>();
  const sets = [set];
  for (let next = sets.pop(); next !== undefined; next = sets.pop()) {
    for (const selection of next.selections) {
      if (selection.kind === Kind.FIELD) fields.push(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) sets.push(selection.selectionSet);
      else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) sets.push(fragment.selectionSet);
      }
    }
  }
  return fields;
}

function tooMany(what: string, max: number, got: number): string {
  return `GraphQL queries should have at most ${max} ${what}, got ${got} ${what}.`;
}
