import type { Applied, CommandMeta } from '@millrace/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { currentPromotions } from './current-promotions.ts';
import { registryDomain } from './registry-domain.ts';
import type { RegistryCommand } from './registry-commands.ts';
import type { ModelVersion, PinnedArtifact, RegistryState } from './registry-state.ts';

const artifact: PinnedArtifact = {
  kind: 'onnx',
  hash: 'ab'.repeat(32),
  uri: 'mlflow-artifacts:/1/m/artifacts/model.onnx',
  sizeBytes: 9,
};

let state: RegistryState;
let offset: number;
beforeEach(() => {
  state = registryDomain.initial();
  offset = 0;
});

function apply(command: RegistryCommand, actor = 'ada'): Applied {
  const meta: CommandMeta = { offset, atMs: 1000 + offset, actor, requestId: `r${offset}`, commandId: `c${offset}` };
  offset += 1;
  return registryDomain.apply(state, command, meta);
}
const create = (name = 'fraud') => apply({ type: 'create-model', name, description: null, tags: [] });
const register = (name = 'fraud', pinned: PinnedArtifact | null = artifact) =>
  apply({
    type: 'create-version',
    name,
    source: 'runs:/r1/model',
    storageLocation: 'mlflow-artifacts:/1/r1/artifacts/model',
    runId: 'r1',
    runLink: null,
    modelId: null,
    description: null,
    tags: [],
    artifact: pinned,
  });
const alias = (version: number, name = 'champion') =>
  apply({ type: 'set-alias', name: 'fraud', alias: name, version, artifact: null });
const transition = (version: number, stage: ModelVersion['stage'], archiveExisting = false) =>
  apply({ type: 'transition-stage', name: 'fraud', version, stage, archiveExisting, artifact: null });
const isOfCharge = (topic: string) => /promot/.test(topic);
const eventsOf = (applied: Applied) =>
  applied.ok ? (applied.events ?? []).filter(({ topic }) => isOfCharge(topic)).map(({ value }) => value) : [];
const numberOf = (applied: Applied) => (applied.ok ? (applied.result as ModelVersion).version : undefined);

describe('models', () => {
  it('have unique names', () => {
    expect(create().ok).toBe(true);
    expect(create()).toMatchObject({
      ok: false,
      code: 'RESOURCE_ALREADY_EXISTS',
      message: 'Registered Model (name=fraud) already exists.',
    });
  });

  it('share their names with prompts', () => {
    const prompt = { key: 'mlflow.prompt.is_prompt', value: 'true' };
    const createPrompt = () => apply({ type: 'create-model', name: 'greeting', description: null, tags: [prompt] });
    expect(createPrompt().ok).toBe(true);
    expect(createPrompt()).toMatchObject({ message: 'Prompt (name=greeting) already exists.' });
    expect(create('greeting')).toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      message:
        "Tried to create a registered model with name 'greeting', but the name is already taken by a prompt. MLflow does not allow creating a model and a prompt with the same name.",
    });
  });

  it('take their versions and aliases along when they are renamed', () => {
    create();
    register();
    alias(1);
    expect(apply({ type: 'rename-model', name: 'fraud', newName: 'scams' }).ok).toBe(true);
    expect(state.models.get('fraud')).toBeUndefined();
    expect(state.models.get('scams')?.versions.get(1)).toMatchObject({ name: 'scams' });
    expect(state.models.get('scams')?.aliases.get('champion')).toBe(1);
  });

  it('cannot take the name of another', () => {
    create('a');
    create('b');
    expect(apply({ type: 'rename-model', name: 'a', newName: 'b' })).toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
  });

  it.each([
    { type: 'describe-model', name: 'x', description: '' },
    { type: 'delete-model', name: 'x' },
    { type: 'tag-model', name: 'x', key: 'k', value: 'v' },
    { type: 'delete-alias', name: 'x', alias: 'a' },
  ] satisfies RegistryCommand[])('that do not exist reject $type', (command) => {
    expect(apply(command)).toMatchObject({ ok: false, code: 'RESOURCE_DOES_NOT_EXIST' });
  });
});

describe('versions', () => {
  it('are numbered in the order of the journal and never twice', () => {
    create();
    expect([register(), register()].map(numberOf)).toEqual([1, 2]);
    apply({ type: 'delete-version', name: 'fraud', version: 2 });
    expect(numberOf(register())).toBe(3);
    apply({ type: 'delete-model', name: 'fraud' });
    create();
    expect(numberOf(register())).toBe(4);
  });

  it('take their aliases with them when they are deleted', () => {
    create();
    register();
    alias(1);
    apply({ type: 'delete-version', name: 'fraud', version: 1 });
    expect(state.models.get('fraud')?.aliases.size).toBe(0);
  });
});

describe('a promotion', () => {
  it('says what came before it, what its file is and who asked', () => {
    create();
    register();
    register();
    expect(eventsOf(alias(1))).toEqual([
      {
        model: 'fraud',
        version: '1',
        previousVersion: null,
        target: 'alias:champion',
        artifactHash: artifact.hash,
        artifactUri: artifact.uri,
        runId: 'r1',
        actor: 'ada',
        promotedAtMs: 1003,
        before: null,
        after: expect.stringContaining('"version":"1"') as string,
      },
    ]);
    expect(eventsOf(alias(2))).toMatchObject([{ version: '2', previousVersion: '1' }]);
  });

  it('to what is in charge already is no event', () => {
    create();
    register();
    alias(1);
    expect(eventsOf(alias(1))).toEqual([]);
    transition(1, 'Production');
    expect(eventsOf(transition(1, 'Production'))).toEqual([]);
  });

  it('to a serving stage is an event, to another stage it is none', () => {
    create();
    register();
    register();
    expect(eventsOf(transition(1, 'Staging'))).toMatchObject([{ target: 'stage:Staging' }]);
    expect(eventsOf(transition(1, 'Production'))).toMatchObject([
      { target: 'stage:Staging', previousVersion: '1', reason: 'version 1 was moved to stage Production' },
      { target: 'stage:Production', version: '1', previousVersion: null },
    ]);
    expect(eventsOf(transition(2, 'Production', true))).toMatchObject([{ version: '2', previousVersion: '1' }]);
    expect(state.models.get('fraud')?.versions.get(1)?.stage).toBe('Archived');
    expect(eventsOf(transition(1, 'None'))).toEqual([]);
  });

  it('pins the file of a version that was registered without one, and never another one later', () => {
    create();
    register('fraud', null);
    const late = { ...artifact, hash: 'cd'.repeat(32) };
    const first = apply({ type: 'set-alias', name: 'fraud', alias: 'a', version: 1, artifact: late });
    expect(eventsOf(first)).toMatchObject([{ artifactHash: late.hash }]);
    const second = apply({ type: 'set-alias', name: 'fraud', alias: 'b', version: 1, artifact });
    expect(eventsOf(second)).toMatchObject([{ artifactHash: late.hash }]);
  });

  it('of a version that does not exist is rejected', () => {
    create();
    expect(alias(7)).toMatchObject({ ok: false, code: 'RESOURCE_DOES_NOT_EXIST' });
  });

  it('is listed with what is in charge now', () => {
    create();
    register();
    register();
    alias(2);
    transition(1, 'Production');
    transition(2, 'Production');
    const targets = () => currentPromotions(state).map(({ target, version }) => [target, version.version]);
    expect(targets()).toEqual([
      ['alias:champion', 2],
      ['stage:Production', 2],
    ]);
    transition(2, 'Archived');
    expect(targets()).toEqual([
      ['alias:champion', 2],
      ['stage:Production', 1],
    ]);
  });
});

describe('a charge', () => {
  beforeEach(() => {
    create();
    register();
    register();
    alias(1);
    transition(1, 'Production');
  });
  const ends = (target: string, reason: string) => ({
    model: 'fraud',
    previousVersion: '1',
    target,
    reason,
    actor: 'ada',
    endedAtMs: 1000 + offset,
  });

  it('ends with its alias, once', () => {
    const ended = ends('alias:champion', 'alias "champion" was deleted');
    const remove = () => apply({ type: 'delete-alias', name: 'fraud', alias: 'champion' });
    expect(eventsOf(remove())).toEqual([ended]);
    expect(eventsOf(remove())).toEqual([]);
  });

  it('ends with the version, the model, and its stage', () => {
    const archived = ends('stage:Production', 'version 1 was moved to stage Archived');
    expect(eventsOf(transition(1, 'Archived'))).toEqual([archived]);
    transition(1, 'Production');
    const deleted = apply({ type: 'delete-version', name: 'fraud', version: 1 });
    expect(eventsOf(deleted)).toMatchObject([
      { target: 'alias:champion', reason: 'version 1 was deleted' },
      { target: 'stage:Production', reason: 'version 1 was deleted' },
    ]);
    alias(2);
    expect(eventsOf(apply({ type: 'delete-model', name: 'fraud' }))).toMatchObject([
      { target: 'alias:champion', previousVersion: '2', reason: 'model "fraud" was deleted' },
    ]);
  });

  it('of a stage goes back to the version that came there before, when the newer one leaves', () => {
    transition(2, 'Production');
    const left = { target: 'stage:Production', version: '1', previousVersion: '2' };
    expect(eventsOf(transition(2, 'Archived'))).toMatchObject([left]);
    transition(2, 'Production');
    expect(eventsOf(apply({ type: 'delete-version', name: 'fraud', version: 2 }))).toMatchObject([left]);
  });

  it('ends under the old name and begins under the new one', () => {
    expect(eventsOf(apply({ type: 'rename-model', name: 'fraud', newName: 'scams' }))).toMatchObject([
      { model: 'fraud', target: 'alias:champion', reason: 'model "fraud" was renamed to "scams"' },
      { model: 'fraud', target: 'stage:Production' },
      { model: 'scams', target: 'alias:champion', version: '1', previousVersion: null, artifactHash: artifact.hash },
      { model: 'scams', target: 'stage:Production', version: '1', previousVersion: null },
    ]);
    expect(eventsOf(apply({ type: 'rename-model', name: 'scams', newName: 'scams' }))).toEqual([]);
  });
});

describe('a version', () => {
  const told = (applied: Applied) =>
    (applied.ok ? (applied.events ?? []) : [])
      .filter(({ topic }) => !isOfCharge(topic))
      .map(({ topic, value }) => ({
        topic,
        ...value,
        before: JSON.parse(String(value['before'])) as unknown,
        after: JSON.parse(String(value['after'])) as unknown,
      }));
  const archived = (version: number, previousStage: string) => ({
    topic: 'registry.version-archived',
    model: 'fraud',
    version: String(version),
    previousStage,
    before: { version: String(version), stage: previousStage },
    after: { version: String(version), stage: 'Archived' },
  });

  it('that is registered is an event', () => {
    create();
    expect(told(register())).toMatchObject([
      { topic: 'registry.version-registered', model: 'fraud', version: '1', runId: 'r1', before: null, actor: 'ada' },
    ]);
  });

  it('that is archived is an event once, whether by itself, for another, or by a rollback', () => {
    create();
    for (let version = 1; version <= 3; version += 1) register();
    transition(1, 'Production');
    expect(told(transition(2, 'Production', true))).toMatchObject([archived(1, 'Production')]);
    expect(told(transition(3, 'Archived'))).toMatchObject([archived(3, 'None')]);
    expect(told(transition(3, 'Archived'))).toEqual([]);
    const back = { type: 'roll-back', name: 'fraud', target: 'stage:Production', from: 2, to: 1 } as const;
    expect(told(apply(back))).toMatchObject([archived(2, 'Production')]);
  });
});
