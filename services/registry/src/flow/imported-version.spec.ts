import { expect, it } from 'vitest';
import type { ImportedVersion } from './registry-commands.ts';
import type { ModelVersion } from './registry-state.ts';
import { RegistryUnderTest } from './registry-under-test.ts';

const imported = (own: Partial<ImportedVersion> = {}): ImportedVersion => ({
  version: 3,
  stage: 'None',
  aliases: [],
  createdAtMs: 10,
  updatedAtMs: 20,
  ...own,
});

function registry(): RegistryUnderTest {
  const made = new RegistryUnderTest();
  made.apply({
    type: 'create-model',
    name: 'fraud',
    description: 'd',
    tags: [],
    imported: { createdAtMs: 5, updatedAtMs: 15 },
  });
  return made;
}

it('a version keeps its number, times, stage and aliases, and the next one counts on', () => {
  const held = registry();
  const applied = held.register({ imported: imported({ stage: 'Production', aliases: ['champion', 'best'] }) }, 'bea');
  const model = held.state.models.get('fraud');
  expect(applied).toMatchObject({
    ok: true,
    result: { version: 3, createdAtMs: 10, updatedAtMs: 20, stage: 'Production' },
  });
  expect(model).toMatchObject({ createdAtMs: 5, updatedAtMs: 20, serving: { Production: [3] } });
  expect([...(model?.aliases ?? [])]).toEqual([
    ['champion', 3],
    ['best', 3],
  ]);
  expect(applied.ok && applied.events?.map(({ topic }) => topic)).toEqual([
    'registry.model-promoted',
    'registry.model-promoted',
    'registry.model-promoted',
    'registry.version-registered',
  ]);
  expect(held.register()).toMatchObject({ ok: true, result: { version: 4 } });
});

it('the author is who imports, and an archived version is kept from now on', () => {
  const held = registry();
  held.register({ imported: imported({ stage: 'Archived' }) }, 'bea');
  const version = held.state.models.get('fraud')?.versions.get(3) as ModelVersion;
  expect(version).toMatchObject({ createdBy: 'bea', archivedAtMs: 1000 });
});

it.each([
  [2, 'was given before'],
  [3, 'is there already'],
])('number %i is refused after 3: it %s', (version, reason) => {
  const held = registry();
  held.register({ imported: imported() });
  const before = held.state.models.get('fraud');
  expect(held.register({ imported: imported({ version }) })).toMatchObject({
    ok: false,
    message: expect.stringContaining(reason) as string,
    details: { code: 'REGISTRY_VERSION_NUMBER_CONFLICT' },
  });
  expect(held.state.models.get('fraud')).toBe(before);
});

it('an alias that another version has is not taken from it', () => {
  const held = registry();
  held.register({ imported: imported({ aliases: ['champion'] }) });
  expect(held.register({ imported: imported({ version: 4, aliases: ['champion'] }) })).toMatchObject({
    ok: false,
    details: { code: 'REGISTRY_ALIAS_CONFLICT' },
  });
  expect(held.state.lastVersion.get('fraud')).toBe(3);
});

it.each([
  ['a stage', { stage: 'Production' as const }],
  ['an alias', { aliases: ['champion'] }],
])('rules refuse a version that would come in with %s, and none of it is left', (_what, own) => {
  const held = registry();
  held.apply({
    type: 'set-rules',
    name: 'fraud',
    rules: {
      aliases: ['champion'],
      stages: ['Production'],
      metrics: [],
      card: true,
      approvals: 0,
      semanticVersion: false,
      checks: [],
    },
  });
  expect(held.register({ imported: imported(own) })).toMatchObject({ ok: false, code: 'PERMISSION_DENIED' });
  expect(held.state.models.get('fraud')?.versions.size).toBe(0);
  expect(held.state.lastVersion.get('fraud')).toBeUndefined();
  expect(held.register({ imported: imported() })).toMatchObject({ ok: true, result: { version: 3 } });
});
