import { expect, it } from 'vitest';
import { registryDomain } from './registry-domain.ts';
import type { RegistryCommand } from './registry-commands.ts';
import { searchModels, searchVersions } from './search-registry.ts';

const state = registryDomain.initial();
const commands: RegistryCommand[] = [
  { type: 'create-model', name: 'fraud-eu', description: null, tags: [{ key: 'team', value: 'risk' }] },
  { type: 'create-model', name: 'Fraud-us', description: null, tags: [] },
  {
    type: 'create-model',
    name: 'greeting',
    description: null,
    tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
  },
  ...[1, 2, 3].map((n): RegistryCommand => ({
    type: 'create-version',
    name: 'fraud-eu',
    source: `runs:/r${n}/model`,
    storageLocation: '',
    runId: `r${n}`,
    runLink: null,
    modelId: null,
    description: null,
    tags: [],
    artifact: null,
  })),
];
for (const [offset, command] of commands.entries()) {
  registryDomain.apply(state, command, {
    offset,
    atMs: offset,
    actor: 'a',
    requestId: String(offset),
    commandId: String(offset),
  });
}
const names = (filter?: string, orderBy: string[] = []) =>
  searchModels(state, { filter, orderBy, token: undefined, size: 100 }).page.map(({ name }) => name);
const numbers = (filter?: string, orderBy: string[] = []) =>
  searchVersions(state, { filter, orderBy, token: undefined, size: 100 }).page.map(({ version }) => version);

it('models are found by name and tag, prompts only when they are asked for', () => {
  expect(names()).toEqual(['Fraud-us', 'fraud-eu']);
  expect(names("name ILIKE 'fraud%'", ['name DESC'])).toEqual(['fraud-eu', 'Fraud-us']);
  expect(names("name LIKE 'fraud%'")).toEqual(['fraud-eu']);
  expect(names("tags.team = 'risk'")).toEqual(['fraud-eu']);
  expect(names("tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['greeting']);
  expect(names("name ILIKE 'fraud%' AND tag.`mlflow.prompt.is_prompt` != 'true'")).toEqual(['Fraud-us', 'fraud-eu']);
});

it('versions are found by model, number and run, the newest first', () => {
  expect(numbers("name = 'fraud-eu'")).toEqual([3, 2, 1]);
  expect(numbers("run_id IN ('r1', 'r3')", ['version_number ASC'])).toEqual([1, 3]);
  expect(numbers('version_number >= 2')).toEqual([3, 2]);
  expect(numbers("version_number IN (1, 2) AND NOT run_id = 'r1'")).toEqual([2]);
  expect(numbers("(run_id = 'r1' OR source_path LIKE '%r3%') AND name = 'fraud-eu'")).toEqual([3, 1]);
});

it('prompts and models are found together when the filter says so', () => {
  expect(names("name = 'Fraud-us' OR tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['Fraud-us', 'greeting']);
  expect(names("NOT tags.`mlflow.prompt.is_prompt` = 'true'")).toEqual(['Fraud-us', 'fraud-eu']);
});

it('models are ordered by time or name', () => {
  expect(names(undefined, ['timestamp DESC'])).toEqual(['fraud-eu', 'Fraud-us']);
  expect(names(undefined, ['creation_timestamp'])).toEqual(['fraud-eu', 'Fraud-us']);
});

it.each([
  "colour = 'red'",
  'metrics.auc > 1',
  "name > 'a'",
  "version_number LIKE '1'",
  'run_id = 3',
  'version_number = 1.5',
  'creation_timestamp > 1',
])('%s is refused', (filter) => {
  expect(() => numbers(filter)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }) as Error);
});
