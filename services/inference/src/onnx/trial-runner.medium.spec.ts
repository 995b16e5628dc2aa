import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { fixtureModel } from './fixture-model.ts';
import type { ModelPlan } from './model-plan.ts';
import { TrialRunner } from './trial-runner.ts';

const plan: ModelPlan = {
  inputs: { kind: 'matrix', input: 'features', elementType: 'float32', width: 3 },
  output: { name: 'score', kind: 'single' },
};
const limits = {
  deadlineMs: 30_000,
  cpuSeconds: 30,
  memoryBytes: 4e9,
  batchRows: 100,
  maxBatchMs: 5000,
  maxLoadMs: 5000,
};

describe('TrialRunner', () => {
  const runner = new TrialRunner(limits);
  afterAll(() => runner.close());

  it('passes a model that scores, and tells what it cost', async () => {
    const verdict = await runner.run(fixtureModel('linear-v1'), plan);
    expect(verdict).toMatchObject({ ok: true, value: { loadMs: expect.any(Number), batchMs: expect.any(Number) } });
  });

  it('passes a model that fails on strings that it does not know, of an output whose shape is left open', async () => {
    const column = { elementType: 'string', list: 'strings', rank: 2 } as const;
    const columns = [
      { ...column, input: 'country', index: 0, categories: ['AT', 'DE'] },
      { ...column, input: 'shop', index: 1, categories: ['web', 'till', 'phone'] },
    ];
    const categorical = (inputs: ModelPlan['inputs']): ModelPlan => ({
      inputs,
      output: { name: 'probabilities', kind: 'positive-class' },
    });
    const known = await runner.run(fixtureModel('categorical'), categorical({ kind: 'columns', columns }));
    expect(known).toMatchObject({ ok: true });
    const unknown = columns.map(({ categories: _known, ...rest }) => rest);
    const untraced = await runner.run(fixtureModel('categorical'), categorical({ kind: 'columns', columns: unknown }));
    expect(untraced).toMatchObject({ ok: true });
  });

  it('refuses a model whose real width is another one', async () => {
    const verdict = await runner.run(fixtureModel('hidden-width'), plan);
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'INFERENCE_MODEL_TRIAL_FAILED' } });
  });

  it('refuses a model that wants more memory than the cap, and outlives it', async () => {
    const verdict = await runner.run(fixtureModel('memory-bomb'), plan);
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'INFERENCE_MODEL_TRIAL_FAILED' } });
    expect(await runner.run(fixtureModel('linear-v2'), plan)).toMatchObject({ ok: true });
  });

  it('refuses a model whose loading would hold up everything for too long', async () => {
    const impatient = new TrialRunner({ ...limits, maxLoadMs: 0 });
    const verdict = await impatient.run(fixtureModel('linear-v1'), plan);
    expect(verdict).toMatchObject({
      refusal: { code: 'INFERENCE_MODEL_TOO_SLOW', reason: expect.stringContaining('loading') as string },
    });
    await impatient.close();
  });

  // In a model that never ends the process hears of nothing: the limit of its processor time ends it, and its folder stays.
  it('leaves no folder of the process that waits behind when its own is killed', async () => {
    const temporary = await mkdtemp(path.join(tmpdir(), 'killed-trial-'));
    const program = `
      import { TrialRunner } from './trial-runner.ts';
      new TrialRunner(${JSON.stringify(limits)}).prepare();
      setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const files = async (): Promise<string[]> =>
      (await readdir(temporary, { recursive: true })).map((file) => path.basename(file));
    await vi.waitFor(async () => expect(await files()).toContain('empty'), 120_000);
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await files()).toEqual([]), 120_000);
    await rm(temporary, { recursive: true });
  });

  it('ends a model that runs past the deadline', async () => {
    const impatient = new TrialRunner({ ...limits, deadlineMs: 300 });
    const verdict = await impatient.run(fixtureModel('loop'), plan);
    expect(verdict).toMatchObject({ ok: false, refusal: { code: 'INFERENCE_MODEL_TRIAL_TIMEOUT' } });
    await impatient.close();
  });
});
