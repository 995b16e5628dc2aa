import { expect, it } from 'vitest';
import { compareRun } from './compare-run.ts';
import type { Run } from './mlflow-entities.ts';

const dataset = (name: string, digest = 'd') => ({ tags: [], dataset: { name, digest } });
const source: Run = {
  info: { run_id: 'r', experiment_id: '1', status: 'FINISHED', end_time: '99' },
  data: { params: [{ key: 'p', value: '1' }, { key: 'q' }], tags: [{ key: 't', value: 'x' }] },
  inputs: { dataset_inputs: [dataset('a'), dataset('b')], model_inputs: [{ model_id: 'm-1' }] },
  outputs: { model_outputs: [{ model_id: 'm-2', step: 3 }] },
};

it('of a run that is not here all is missing, and how it ended is part of its beginning', () => {
  expect(compareRun(source, null)).toEqual({
    params: {
      missing: [
        { key: 'p', value: '1' },
        { key: 'q', value: '' },
      ],
      differing: [],
    },
    tags: { missing: [{ key: 't', value: 'x' }], differing: [] },
    datasets: source.inputs?.dataset_inputs,
    modelInputs: [{ model_id: 'm-1' }],
    modelOutputs: [{ model_id: 'm-2', step: 3 }],
    end: null,
  });
});

it('of a run that is here already nothing is missing', () => {
  const { params, tags, ...rest } = compareRun(source, source);
  expect([params.missing, params.differing, tags.missing, tags.differing]).toEqual([[], [], [], []]);
  expect(rest).toEqual({ datasets: [], modelInputs: [], modelOutputs: [], end: null });
});

it('what is here with another value is named and not written', () => {
  const here: Run = {
    info: { ...source.info, status: 'RUNNING' },
    data: {
      params: [{ key: 'p', value: '2' }],
      tags: [
        { key: 't', value: 'y' },
        { key: 'own', value: 'z' },
      ],
    },
    inputs: { dataset_inputs: [dataset('a', 'other')] },
  };
  const changes = compareRun(source, here);
  expect(changes.params).toEqual({ missing: [{ key: 'q', value: '' }], differing: ['p'] });
  expect(changes.tags).toEqual({ missing: [], differing: ['t'] });
  expect(changes.datasets).toHaveLength(2);
});

it('a run that ended since it was copied ends here too, and one that was ended here stays so', () => {
  const running: Run = { info: { ...source.info, status: 'RUNNING' } };
  expect(compareRun(source, running).end).toEqual({ status: 'FINISHED', end_time: 99 });
  expect(compareRun(running, source).end).toBeNull();
});
