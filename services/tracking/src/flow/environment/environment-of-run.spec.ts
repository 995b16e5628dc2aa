import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../runs/run-facts.ts';
import { RunHead } from '../runs/run-head.ts';
import { emptyRunEvent } from '../runs/simulated-log.ts';
import { EnvironmentOfRun } from './environment-of-run.ts';
import { readEnvironment } from './logged-environment.ts';
import { requirementsIn } from './requirements.ts';

const format = 'millrace.environment/1';

describe('environment.json', () => {
  it('is read when it is one, and else says what is wrong with it', () => {
    const environment = { format, packages: { numpy: '2.4' }, hardware: { cpus: 8 }, git: { dirty: true } };
    expect(readEnvironment(JSON.stringify(environment))).toEqual({ environment });
    expect(readEnvironment('{')).toEqual({ problem: 'environment.json is not JSON' });
    for (const [other, path] of [
      [{}, 'format'],
      [{ format, hardware: { cpus: -1 } }, 'hardware.cpus'],
      [{ format, secrets: 1 }, 'secrets'],
      [[], ''],
    ] as const)
      expect(readEnvironment(JSON.stringify(other))).toMatchObject({
        problem: expect.stringContaining(path) as string,
      });
  });
});

it('takes packages from requirements, without options, comments and hashes', () => {
  const content =
    '# made by mlflow\n--index-url https://x\nmlflow==3.1 # why\n\nnumpy==2.4 \\\n  --hash=sha256:ab\n-r other.txt\na @ file:///x#egg\n';
  expect(requirementsIn(content)).toEqual(['mlflow==3.1', 'numpy==2.4', 'a @ file:///x#egg']);
});

it('shows what the client logged by itself, the files of models, and the run’s own file before the tags', async () => {
  const files: Record<string, string> = {
    own: JSON.stringify({ format, git: { commit: 'c2' }, container: { image: 'i' } }),
    packages: 'numpy==2.4\n',
  };
  const headOf = (subject: 'run' | 'logged-model', id: string, said: object) => {
    const head = new RunHead(subject, id);
    for (const fact of factsOf({ ...emptyRunEvent, subject, id, ...said }, { partition: 0, offset: 0 }))
      head.fold(fact);
    return head;
  };
  const file = (path: string, hash: string, sizeBytes = 9) => ({ path, hash, sizeBytes });
  const point = (key: string) => ({
    key,
    value: 1,
    timestampMs: 5,
    step: 0,
    modelId: null,
    runId: null,
    datasetName: null,
    datasetDigest: null,
  });
  const heads = new Map([
    [
      'r',
      headOf('run', 'r', {
        attributes: { user_id: 'ada' },
        tags: ['commit', 'branch'].map((key) => ({ key: `mlflow.source.git.${key}`, value: 'tag' })),
        metrics: [point('loss'), point('system/cpu_utilization_percentage')],
        modelOutputs: [{ modelId: 'm-1', step: 0 }],
        artifacts: [file('environment.json', 'own'), file('big/requirements.txt', 'packages', 2 << 20)],
      }),
    ],
    ['m-1', headOf('logged-model', 'm-1', { artifacts: [file('requirements.txt', 'packages')] })],
  ]);
  const environments = new EnvironmentOfRun(
    { get: async (_subject, id) => heads.get(id) ?? null },
    { read: async (hash) => Readable.from([Buffer.from(files[hash] ?? '')]) },
  );
  expect(await environments.of('r')).toMatchObject({
    user: 'ada',
    git: { commit: 'c2', branch: 'tag', repository: null, dirty: null },
    container: { image: 'i' },
    packages: [{ modelId: 'm-1', path: 'requirements.txt', requirements: ['numpy==2.4'] }],
    systemMetrics: [{ key: 'system/cpu_utilization_percentage' }],
    problems: [expect.stringContaining('big/requirements.txt')],
  });
  await expect(environments.of('x')).rejects.toMatchObject({ code: 'TRACKING_RUN_NOT_FOUND' });
});
