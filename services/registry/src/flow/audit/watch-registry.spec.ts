import { describe, expect, it } from 'vitest';
import { RegistryUnderTest } from '../registry-under-test.ts';
import type { NamedCommand } from '../registry-commands.ts';
import type { ModelVersion } from '../registry-state.ts';
import { modelOf, modelSnapshot, versionOf, versionSnapshot } from './registry-snapshots.ts';
import type { ModelSnapshot, VersionSnapshot } from './registry-snapshots.ts';
import { watchRegistry } from './watch-registry.ts';

const withVersions = (count: number) => {
  const registry = new RegistryUnderTest();
  registry.create();
  for (let n = 0; n < count; n += 1) registry.register();
  return registry;
};
function watched(registry: RegistryUnderTest, command: NamedCommand) {
  const after = watchRegistry(registry.state, command);
  return after(registry.apply(command));
}
const named = (changes: ReturnType<typeof watched>) => changes.map(({ kind, id }) => `${kind} ${id}`);
const alias = (version: number): NamedCommand => ({
  type: 'set-alias',
  name: 'fraud',
  alias: 'champion',
  version,
  artifact: null,
});

describe('what the audit trail says of a command of the registry', () => {
  it('begins with the thing that the command is about, as it was and as it is', () => {
    const registry = withVersions(2);
    watched(registry, alias(1));
    const [first, ...others] = watched(registry, alias(2));
    expect(first).toEqual({ kind: 'alias', id: 'fraud/champion', before: { version: 1 }, after: { version: 2 } });
    expect(named(others)).toEqual(['model fraud']);
  });

  it('holds the versions that a transition archived', () => {
    const registry = withVersions(2);
    registry.transition(1, 'Production');
    const stage = { type: 'transition-stage', name: 'fraud', version: 2, stage: 'Production', artifact: null } as const;
    const changes = watched(registry, { ...stage, archiveExisting: true });
    expect(named(changes)).toEqual(['version fraud/2', 'model fraud', 'version fraud/1']);
    expect(changes.map(({ after }) => (after as Partial<ModelVersion>).stage)).toEqual([
      'Production',
      undefined,
      'Archived',
    ]);
  });

  it('gives the number of a new version, and all versions of a model that is renamed or deleted', () => {
    const registry = withVersions(1);
    const create = { source: 's3://x', storageLocation: 's3://x', runId: null, runLink: null, modelId: null };
    const rest = { description: null, tags: [], artifact: null };
    expect(named(watched(registry, { type: 'create-version', name: 'fraud', ...create, ...rest }))).toEqual([
      'version fraud/2',
      'model fraud',
    ]);
    expect(named(watched(registry, { type: 'rename-model', name: 'fraud', newName: 'theft' }))).toEqual([
      'model fraud',
      'version fraud/1',
      'version fraud/2',
      'model theft',
      'version theft/1',
      'version theft/2',
    ]);
    const gone = watched(registry, { type: 'delete-model', name: 'theft' });
    expect(gone.map(({ after }) => after)).toEqual([null, null, null]);
  });

  it('shows of a refused command the thing as it stays', () => {
    const registry = withVersions(1);
    registry.apply({ type: 'set-rules', name: 'fraud', rules: { ...noRules, card: true } });
    const changes = watched(registry, alias(1));
    expect(changes).toEqual([{ kind: 'alias', id: 'fraud/champion', before: null, after: null }]);
    const missing = watched(registry, { type: 'describe-version', name: 'fraud', version: 9, description: '' });
    expect(missing).toEqual([{ kind: 'version', id: 'fraud/9', before: null, after: null }]);
  });

  it('holds rules under the name of their model', () => {
    const registry = withVersions(1);
    const [change] = watched(registry, { type: 'set-rules', name: 'fraud', rules: noRules });
    expect(change).toEqual({ kind: 'rules', id: 'fraud', before: null, after: noRules });
  });
});

const noRules = {
  aliases: ['champion'],
  stages: ['Production' as const],
  metrics: [],
  card: false,
  approvals: 0,
  checks: [],
  semanticVersion: false,
};

it('a model and its versions come back from their snapshots as they were', () => {
  const registry = withVersions(3);
  registry.apply({ type: 'write-card', name: 'fraud', version: 2, markdown: 'old' });
  registry.apply({ type: 'write-card', name: 'fraud', version: 2, markdown: 'new' });
  registry.apply({ type: 'tag-version', name: 'fraud', version: 2, key: 'k', value: 'v' });
  registry.setAlias(2);
  const model = registry.state.models.get('fraud');
  if (model === undefined) throw new Error('the model is there');
  const kept = JSON.parse(JSON.stringify(modelSnapshot(model))) as ModelSnapshot;
  const versions = [...model.versions.values()].map(
    (version) => JSON.parse(JSON.stringify(versionSnapshot(version))) as VersionSnapshot,
  );
  const restored = modelOf(kept, versions);
  expect(modelSnapshot(restored)).toEqual(modelSnapshot(model));
  const second = model.versions.get(2);
  const again = versionOf(versions[1] as VersionSnapshot);
  expect(again).toEqual({ ...second, cards: second?.cards.slice(-1) });
});
