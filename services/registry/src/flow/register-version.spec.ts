import { beforeEach, describe, expect, it } from 'vitest';
import { GatherFacts } from './lineage/gather-facts.ts';
import type { ResolvedSource } from './ports.ts';
import { RegisterVersion, type VersionRequest } from './register-version.ts';
import { registryDomain } from './registry-domain.ts';
import type { RegistryCommand } from './registry-commands.ts';
import type { ModelVersion, RegistryState } from './registry-state.ts';

const caller = { actor: 'ada', requestId: 'r' };
const model = `m-${'a'.repeat(32)}`;
const found = (more: Partial<ResolvedSource>): ResolvedSource => ({
  artifactUri: 'mlflow-artifacts:/1/r1/artifacts/model',
  runId: 'r1',
  modelId: null,
  artifact: null,
  files: [],
  ...more,
});
const known: Readonly<Record<string, ResolvedSource>> = {
  'runs:/r1/model': found({}),
  'mlflow-artifacts:/1/r1/artifacts/model': found({}),
  'mlflow-artifacts:/1/models/m/artifacts': found({ runId: null, modelId: model }),
  'runs:/local': found({ runId: 'local', artifactUri: '/mnt/files/local/artifacts' }),
  [`models:/${model}`]: found({ modelId: model, artifactUri: 'mlflow-artifacts:/1/models/m/artifacts' }),
};

let state: RegistryState;
let offset: number;
let written: { modelId: string; versions: unknown }[];
let beforeWrite: (() => unknown) | undefined;
const apply = (command: RegistryCommand) => {
  offset += 1;
  return registryDomain.apply(state, command, { offset, atMs: offset, ...caller, commandId: String(offset) });
};
beforeEach(() => {
  state = registryDomain.initial();
  offset = 0;
  written = [];
  beforeWrite = undefined;
  for (const name of ['fraud', 'greeting']) apply({ type: 'create-model', name, description: null, tags: [] });
  apply({ type: 'tag-model', name: 'greeting', key: 'mlflow.prompt.is_prompt', value: 'true' });
});

const registering = new RegisterVersion({
  journal: {
    get state() {
      return state;
    },
    read: () => Promise.resolve(state),
    answered: () => Promise.resolve(null),
    submit: (command) => Promise.resolve({ ...apply(command), offset, repeated: false }),
  },
  artifacts: {
    resolve: (source) => {
      // what the adapter does with a source before it asks
      encodeURIComponent(source);
      return Promise.resolve(known[source] ?? null);
    },
  },
  facts: new GatherFacts({
    run: () => Promise.resolve(null),
    filesOf: () => Promise.resolve([]),
    text: () => Promise.resolve(null),
  }),
  metrics: { of: ({ runId }) => Promise.resolve(runId === 'r1' ? { auc: 0.5 } : {}) },
  loggedModels: {
    setVersions: (modelId, versions) => {
      beforeWrite?.();
      beforeWrite = undefined;
      written.push({ modelId, versions: JSON.parse(versions) });
      return Promise.resolve();
    },
  },
});
const register = (source: string, more: Partial<VersionRequest> = {}): Promise<ModelVersion> =>
  registering.run(
    { name: 'fraud', source, runId: null, runLink: null, modelId: null, description: null, tags: [], ...more },
    caller,
  );
const refuses = async (
  source: string,
  message: string,
  more: Partial<VersionRequest> = {},
  code = 'INVALID_PARAMETER_VALUE',
) => {
  await expect(register(source, more)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message) as string,
  });
};

it.each([
  ['s3://bucket/model', {}],
  ['dbfs:/models/1', {}],
  ['gs://bucket/a%20b', {}],
  ['runs:/r1/model', {}],
  ['runs:/r1/model', { runId: 'r1' }],
  [`models:/${model}`, { modelId: model }],
  ['mlflow-artifacts:/1/r1/artifacts/model', { runId: 'r1' }],
  ['mlflow-artifacts:/1/models/m/artifacts', { runId: 'r1', modelId: model }],
  ['/mnt/files/local/artifacts/model', { runId: 'local' }],
  ['file:///mnt/files/local/artifacts/x/../model', { runId: 'local' }],
])('%s is a source (%j)', async (source, more) => {
  expect(await register(source, more)).toMatchObject({ version: 1, source });
});

it('what was measured of a version is bound to it', async () => {
  expect((await register('runs:/r1/model')).facts?.metrics).toEqual({ auc: 0.5 });
  expect((await register('s3://bucket/model')).facts?.metrics).toEqual({});
});

const noRelativePaths = 'an absolute path must be provided without relative path references present.';
it.each([
  ['s3://bucket/a/../b', noRelativePaths],
  ['s3://bucket/a/%2e%2e/b', noRelativePaths],
  ['s3://bucket/a/%252e%252e/b', noRelativePaths],
  ['mlflow-artifacts:/..%2f..%2f..%2f', noRelativePaths],
  ['s3://bucket/a%00', noRelativePaths],
  ['s3://bucket', noRelativePaths],
  ['mlflow-artifacts:model', noRelativePaths],
  [`s3://bucket/%${'25'.repeat(30)}41`, noRelativePaths],
  ['http://host/model', "'source' cannot use the 'http' scheme"],
  ['mlflow-artifacts://host:80/model', "'source' cannot use the 'mlflow-artifacts' scheme"],
  ['runs://host/r1/model', 'The run_id request parameter must identify the resource that contains the source.'],
  ['models://host/fraud/1', 'Registered model sources must use the active model registry.'],
  ['runs:/\ud800/model', 'not well-formed Unicode'],
  ['models:/100%/1', 'is not percent-encoded'],
  ['models:/absent', 'Unable to fetch model from model URI source artifact location'],
  ['runs:/other/model', 'The run_id request parameter must identify the resource that contains the source.'],
])('the source %j is refused', async (source, message) => {
  await refuses(source, message);
});

it.each([
  ['/etc/passwd', {}, 'run_id'],
  ['/etc/passwd', { runId: 'local' }, 'run_id'],
  ['/mnt/files/local/artifacts/../../../etc', { runId: 'local' }, 'run_id'],
  ['/mnt/files/local/artifactsX', { runId: 'local' }, 'run_id'],
  ['file:///etc/passwd', { runId: 'r1' }, 'run_id'],
  ['file:///mnt/files/local/artifacts/%2e%2e/%2e%2e/etc', { runId: 'local' }, 'run_id'],
  ['file://other/mnt/files/local/artifacts', { runId: 'local' }, 'run_id'],
  ['relative/path', { modelId: model }, 'model_id'],
])('the local path %s of %j is refused', async (source, more, idName) => {
  await refuses(
    source,
    `To use a local path as a model version source, the ${idName} request parameter has to be`,
    more,
  );
});

it('a source of another run or model than the one that is named is refused', async () => {
  const runs = 'The run_id request parameter must identify the resource that contains the source.';
  const models = 'The model_id request parameter must identify the resource that contains the source.';
  await refuses('runs:/r1/model', runs, { runId: 'r2' });
  await refuses('mlflow-artifacts:/1/r1/artifacts/model', runs, { runId: 'r2' });
  await refuses('mlflow-artifacts:/1/models/m/artifacts', runs, { runId: 'r1' });
  await refuses('mlflow-artifacts:/1/absent/artifacts', runs, { runId: 'r1' });
  await refuses('runs:/r1/model', models, { modelId: model });
  await refuses(`models:/${model}`, models, { modelId: `m-${'b'.repeat(32)}` });
});

describe('a source that is a version', () => {
  beforeEach(async () => {
    await register('runs:/r1/model');
    await register('s3://bucket/model');
    apply({ type: 'set-alias', name: 'fraud', alias: 'champion', version: 1, artifact: null });
    apply({
      type: 'transition-stage',
      name: 'fraud',
      version: 1,
      stage: 'Production',
      archiveExisting: false,
      artifact: null,
    });
  });

  it.each([
    ['models:/fraud/1', 1],
    ['models:/fraud@champion', 1],
    ['models:/fraud/production', 1],
    ['models:/fraud/Latest', 2],
  ])('%s is written down with its number', async (source, number) => {
    const copy = await register(source);
    expect(copy.source).toBe(`models:/fraud/${number}`);
    expect(copy.storageLocation).toBe(state.models.get('fraud')?.versions.get(number)?.storageLocation);
    expect(copy.runId).toBe(number === 1 ? 'r1' : null);
  });

  it('must be there, and be no prompt', async () => {
    await refuses('models:/absent/1', 'Registered Model with name=absent not found', {}, 'RESOURCE_DOES_NOT_EXIST');
    await refuses('models:/fraud/9', 'Model Version (name=fraud, version=9) not found', {}, 'RESOURCE_DOES_NOT_EXIST');
    await refuses('models:/fraud/Staging', "stage 'Staging' found", {}, 'RESOURCE_DOES_NOT_EXIST');
    await refuses('models:/fraud@nobody', 'Registered model alias nobody not found.');
    await refuses('models:/fraud/1/2', 'The model_id request parameter must identify');
    await refuses('models:/greeting/1', 'Prompt versions cannot be used as model version sources.');
  });

  it('has the run and the model that it has', async () => {
    await refuses('models:/fraud/1', 'must match the referenced model version.', { runId: 'r2' });
    await refuses('models:/fraud/1', 'must match the referenced model version.', { modelId: model });
    expect(await register('models:/fraud/1', { runId: 'r1' })).toMatchObject({ runId: 'r1' });
  });
});

it('a prompt has a placeholder for a source', async () => {
  const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }];
  expect(await register('dummy-source', { name: 'greeting', tags })).toMatchObject({ version: 1 });
  expect(await register('prompt-template', { name: 'greeting', tags })).toMatchObject({ version: 2 });
  await refuses('/etc/passwd', "Invalid prompt source: '/etc/passwd'. Prompt sources must use an MLflow placeholder.", {
    name: 'greeting',
    tags,
  });
});

describe('the versions of a logged model', () => {
  it('are told to it', async () => {
    await register(`models:/${model}`, { modelId: model });
    await register('runs:/r1/model');
    await register(`models:/${model}`);
    expect(written).toEqual([
      { modelId: model, versions: [{ name: 'fraud', version: 1 }] },
      {
        modelId: model,
        versions: [
          { name: 'fraud', version: 1 },
          { name: 'fraud', version: 3 },
        ],
      },
    ]);
  });

  it('are told again when another was registered meanwhile', async () => {
    apply({ type: 'create-model', name: 'scams', description: null, tags: [] });
    beforeWrite = () =>
      apply({
        type: 'create-version',
        name: 'scams',
        source: `models:/${model}`,
        storageLocation: '',
        runId: null,
        runLink: null,
        modelId: model,
        description: null,
        tags: [],
        artifact: null,
      });
    await register(`models:/${model}`);
    expect(written.at(-1)?.versions).toEqual([
      { name: 'fraud', version: 1 },
      { name: 'scams', version: 1 },
    ]);
  });
});
