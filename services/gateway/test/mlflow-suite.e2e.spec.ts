import {
  mlflow2,
  mlflow3,
  mlflowTestNames,
  runMlflowBed,
  startMlflowTests,
  testNamespace,
  type MlflowBed,
  type PythonTests,
} from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineSweep, SweepWorker } from './sweep-workers.ts';

// Everything, with both clients, on one instance and on two: npm run proof -- mlflow-clients
const partOf2 = ['test_fluent.py'];
const partOf3 = [
  'test_errors.py',
  'test_experiments.py',
  'test_fluent.py',
  'test_registry.py',
  'three/test_evaluation_datasets.py',
  'three/test_logged_models.py',
  'three/test_prompts.py',
  'three/test_scorers.py',
  'three/test_webhooks.py',
];

let bed: MlflowBed;
beforeAll(async () => {
  bed = await runMlflowBed(testNamespace(), 2);
});
afterAll(() => bed?.[Symbol.asyncDispose]());

describe.each([
  { ...mlflow3, files: partOf3 },
  { ...mlflow2, files: partOf2 },
])('the unmodified client of $name, with two instances of tracking and of registry behind one address', (client) => {
  let tests: PythonTests;
  beforeAll(() => {
    tests = startMlflowTests(client, { address: bed.address, env: bed.services.env });
  });

  it.each(mlflowTestNames(client))('%s', async (test) => {
    const { cases, failures } = await tests.resultOf(test);
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });
});

describe('a sweep with workers that know mlflow and requests only', () => {
  interface Trial {
    readonly number: number;
    readonly status: string;
    readonly attempt: number;
    readonly step: number;
    readonly worker: string;
    readonly runId: string;
    readonly params: Readonly<Record<string, unknown>>;
  }
  interface Sweep {
    readonly runId: string;
    readonly status: string;
    readonly progress: { readonly trials: number; readonly steps: number };
    readonly best: (Trial & { readonly value: number }) | null;
  }
  interface Run {
    readonly data: {
      readonly params: readonly { readonly key: string; readonly value: string }[];
      readonly tags: readonly { readonly key: string; readonly value: string }[];
    };
  }
  const get = async <T>(path: string): Promise<T> => (await (await fetch(bed.address + path)).json()) as T;
  const sweep = (id: string): Promise<Sweep> => get(`/api/v1/sweeps/${id}`);
  const trials = async (id: string): Promise<readonly Trial[]> =>
    (await get<{ trials: readonly Trial[] }>(`/api/v1/sweeps/${id}/trials`)).trials;

  it('that stops early finds better params than random search in as many steps, though one of two workers is killed', async () => {
    const at = { address: bed.address, env: bed.services.env };
    const steps = { '--steps': '120' };
    const [early, random] = await Promise.all([
      defineSweep(at, { ...steps, '--experiment': 'early', '--early-stop': 'asha-stopping', '--lease-ms': '1000' }),
      defineSweep(at, { ...steps, '--experiment': 'random', '--method': 'random' }),
    ]);
    using doomed = new SweepWorker(at, early, { '--worker': 'doomed', '--step-seconds': '1000' });
    using other = new SweepWorker(at, random, {});
    await expect.poll(async () => (await trials(early)).length, { timeout: 120_000 }).toBe(1);
    using survivor = new SweepWorker(at, early, { '--worker': 'survivor' });
    await expect
      .poll(async () => (await trials(early)).some(({ worker }) => worker === 'survivor'), { timeout: 120_000 })
      .toBe(true);
    await doomed.kill();
    await Promise.all([survivor.done(), other.done()]);

    const [ours, theirs] = await Promise.all([sweep(early), sweep(random)]);
    expect([ours.status, theirs.status]).toEqual(['finished', 'finished']);
    expect(theirs.progress.steps).toBe(120);
    expect(ours.progress.steps).toBe(120);
    expect(ours.best?.value).toBeLessThan(theirs.best?.value ?? NaN);
    const all = await trials(early);
    expect(all.filter(({ status }) => status === 'running' || status === 'paused')).toEqual([]);
    expect(all[0]).toMatchObject({ worker: 'survivor', attempt: 2 });

    const { run } = await get<{ run: Run }>(`/api/2.0/mlflow/runs/get?run_id=${ours.best?.runId}`);
    const params = Object.entries(ours.best?.params ?? {}).map(([key, value]) => ({ key, value: String(value) }));
    expect(run.data.params).toHaveLength(params.length);
    expect(run.data.params).toEqual(expect.arrayContaining(params));
    expect(run.data.tags).toEqual(
      expect.arrayContaining([
        { key: 'mlflow.parentRunId', value: ours.runId },
        { key: 'millrace.trial.status', value: 'complete' },
      ]),
    );
  });
});
