import {
  comparisonsIn,
  parseExpression,
  searchRecords,
  type Clause,
  type RecordPage,
  type RecordQuery,
  type Searchable,
} from '@millrace/mlflow-protocol';
import { isPrompt, promptTag } from './prompts.ts';
import type { ModelVersion, RegisteredModel, RegistryState } from './registry-state.ts';

const models: Searchable<RegisteredModel> = {
  fields: {
    name: { type: 'text', value: ({ name }) => name },
    creation_timestamp: { type: 'number', value: ({ createdAtMs }) => createdAtMs, only: 'order' },
    last_updated_timestamp: { type: 'number', value: ({ updatedAtMs }) => updatedAtMs, only: 'order' },
    timestamp: { type: 'number', value: ({ updatedAtMs }) => updatedAtMs, only: 'order' },
  },
  tag: tagOf,
  defaultOrder: [{ entity: null, key: 'name', descending: false }],
};

const versions: Searchable<ModelVersion> = {
  fields: {
    name: { type: 'text', value: ({ name }) => name },
    version_number: { type: 'integer', value: ({ version }) => version },
    run_id: { type: 'text', value: ({ runId }) => runId ?? undefined, only: 'filter' },
    source_path: { type: 'text', value: ({ source }) => source, only: 'filter' },
    creation_timestamp: { type: 'number', value: ({ createdAtMs }) => createdAtMs, only: 'order' },
    last_updated_timestamp: { type: 'number', value: ({ updatedAtMs }) => updatedAtMs, only: 'order' },
  },
  tag: tagOf,
  defaultOrder: [
    { entity: null, key: 'name', descending: false },
    { entity: null, key: 'version_number', descending: true },
  ],
};

export function searchModels(state: RegistryState, query: RecordQuery): RecordPage<RegisteredModel> {
  return searchRecords(withoutPrompts(state.models.values(), query), models, query);
}

/** What changed last comes first unless an order is asked for. */
export function searchVersions(state: RegistryState, query: RecordQuery): RecordPage<ModelVersion> {
  const all = [...state.models.values()].flatMap(({ versions: ofModel }) => [...ofModel.values()]);
  const orderBy = query.orderBy.length > 0 ? query.orderBy : ['last_updated_timestamp DESC'];
  return searchRecords(withoutPrompts(all, query), versions, { ...query, orderBy });
}

/** Prompts are registered models too: a search shows them only when it asks for them. */
function withoutPrompts<T extends RegisteredModel | ModelVersion>(items: Iterable<T>, { filter }: RecordQuery): T[] {
  const all = [...items];
  return comparisonsIn(parseExpression(filter)).some(asksForPrompts) ? all : all.filter(({ tags }) => !isPrompt(tags));
}

function asksForPrompts({ entity, key, comparator, value }: Clause): boolean {
  if ((entity !== 'tag' && entity !== 'tags') || key !== promptTag) return false;
  return (comparator === '=' && value === 'true') || (comparator === '!=' && value === 'false');
}

/** Clients say `!= 'true'` of models that do not have the tag at all. */
function tagOf({ tags }: RegisteredModel | ModelVersion, key: string): string | undefined {
  return key === promptTag ? String(isPrompt(tags)) : tags.get(key);
}
