import {
  invalidParameter,
  matchesClause,
  parseFilter,
  parseOrderBy,
  type Clause,
  type Comparator,
  type OrderTerm,
} from '@millrace/mlflow-protocol';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';
import { promptTag } from './register-version.ts';

interface Field<T> {
  readonly value: (item: T) => string | number | undefined;
  readonly comparators: readonly Comparator[];
}

interface Searchable<T> {
  readonly fields: Readonly<Record<string, Field<T>>>;
  readonly tags: (item: T) => ReadonlyMap<string, string>;
  readonly defaultOrder: readonly OrderTerm[];
}

const texts: readonly Comparator[] = ['=', '!=', 'LIKE', 'ILIKE'];
const lists: readonly Comparator[] = ['IN', 'NOT IN'];
const numbers: readonly Comparator[] = ['=', '!=', '>', '>=', '<', '<='];
const tagComparators: readonly Comparator[] = [...texts, 'IS NULL', 'IS NOT NULL'];

const models: Searchable<RegisteredModel> = {
  fields: {
    name: { value: ({ name }) => name, comparators: [...texts, ...lists] },
    creation_timestamp: { value: ({ createdAtMs }) => createdAtMs, comparators: [] },
    last_updated_timestamp: { value: ({ updatedAtMs }) => updatedAtMs, comparators: [] },
    timestamp: { value: ({ updatedAtMs }) => updatedAtMs, comparators: [] },
  },
  tags: ({ tags }) => tags,
  defaultOrder: [{ entity: null, key: 'name', descending: false }],
};

const versions: Searchable<ModelVersion> = {
  fields: {
    name: { value: ({ name }) => name, comparators: [...texts, ...lists] },
    version_number: { value: ({ version }) => version, comparators: numbers },
    run_id: { value: ({ runId }) => runId ?? undefined, comparators: [...texts, ...lists] },
    source_path: { value: ({ source }) => source, comparators: texts },
    creation_timestamp: { value: ({ createdAtMs }) => createdAtMs, comparators: [] },
    last_updated_timestamp: { value: ({ updatedAtMs }) => updatedAtMs, comparators: [] },
  },
  tags: ({ tags }) => tags,
  defaultOrder: [
    { entity: null, key: 'last_updated_timestamp', descending: true },
    { entity: null, key: 'name', descending: false },
    { entity: null, key: 'version_number', descending: true },
  ],
};

export interface Search {
  readonly filter: string | undefined;
  readonly orderBy: readonly string[];
}

export function searchModels(state: RegistryState, query: Search): RegisteredModel[] {
  return search([...state.models.values()], models, query);
}

export function searchVersions(state: RegistryState, query: Search): ModelVersion[] {
  return search(
    [...state.models.values()].flatMap(({ versions: all }) => [...all.values()]),
    versions,
    query,
  );
}

function search<T>(items: readonly T[], searchable: Searchable<T>, query: Search): T[] {
  const all = parseFilter(query.filter);
  const clauses = all.filter((clause) => !isAboutPrompts(clause));
  const reads = clauses.map((clause) => readerOf(searchable, clause));
  const order = orderOf(searchable, parseOrderBy(query.orderBy));
  // Prompts are registered models too; a search is about them or about the others, never both.
  const wantsPrompts = all.some(asksForPrompts);
  return items
    .filter((item) => wantsPrompts === (searchable.tags(item).get(promptTag) === 'true'))
    .filter((item) => clauses.every((clause, index) => matchesClause(reads[index]?.(item), clause)))
    .sort(order);
}

function isAboutPrompts({ entity, key }: Clause): boolean {
  return (entity === 'tag' || entity === 'tags') && key === promptTag;
}

/** Clients say `!= 'true'` of models that do not have the tag at all. */
function asksForPrompts(clause: Clause): boolean {
  const { comparator, value } = clause;
  return (
    isAboutPrompts(clause) && ((comparator === '=' && value === 'true') || (comparator === '!=' && value === 'false'))
  );
}

function readerOf<T>(searchable: Searchable<T>, clause: Clause): (item: T) => string | number | undefined {
  const { entity, key, comparator } = clause;
  if (entity === 'tag' || entity === 'tags') {
    if (!tagComparators.includes(comparator)) throw invalidParameter(`Invalid comparator for tag: ${comparator}`);
    return (item) => searchable.tags(item).get(key);
  }
  if (entity !== null && entity !== 'attribute' && entity !== 'attributes') {
    throw invalidParameter(`Invalid entity type '${entity}' in a filter: attributes and tags can be searched`);
  }
  const field = searchable.fields[key];
  if (field === undefined || field.comparators.length === 0) throw invalidParameter(`Invalid attribute name: ${key}`);
  if (!field.comparators.includes(comparator)) {
    throw invalidParameter(`Invalid comparator for attribute ${key}: ${comparator}`);
  }
  if (field.comparators === numbers && !Number.isInteger(Number(clause.value))) {
    throw invalidParameter(`Invalid value for numeric attribute '${key}': ${String(clause.value)}`);
  }
  return field.value;
}

function orderOf<T>(searchable: Searchable<T>, wanted: readonly OrderTerm[]): (a: T, b: T) => number {
  const terms = [...wanted, ...searchable.defaultOrder].map(({ key, descending }) => {
    const field = searchable.fields[key];
    if (field === undefined) throw invalidParameter(`Invalid order by key '${key}' specified.`);
    return { value: field.value, sign: descending ? -1 : 1 };
  });
  return (a, b) => {
    for (const { value, sign } of terms) {
      const left = value(a) ?? '';
      const right = value(b) ?? '';
      if (left !== right) return left < right ? -sign : sign;
    }
    return 0;
  };
}
