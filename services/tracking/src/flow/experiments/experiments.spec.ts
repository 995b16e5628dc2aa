import type { Applied } from '@millrace/events';
import { beforeEach, expect, it } from 'vitest';
import { experimentsDomain, type Experiment, type ExperimentCommand, type ExperimentsState } from './experiments.ts';

let state: ExperimentsState;
let offset: number;
beforeEach(() => {
  state = experimentsDomain.initial();
  offset = 0;
});
function apply(command: ExperimentCommand): Applied {
  offset += 1;
  return experimentsDomain.apply(state, command, {
    offset,
    atMs: offset,
    actor: 'a',
    requestId: `${offset}`,
    commandId: `${offset}`,
  });
}
const create = (name: string, artifactLocation: string | null = null) =>
  apply({ type: 'create-experiment', name, artifactLocation, tags: [] });

it('the Default experiment is there from the start, with the id 0', () => {
  expect(state.experiments.get('0')?.name).toBe('Default');
});

it('ids are numbers in order, and the artifacts lie under them unless said otherwise', () => {
  const [first, second] = [create('a'), create('b', 's3://bucket/x')].map((applied) =>
    applied.ok ? (applied.result as Experiment) : null,
  );
  expect(first).toMatchObject({ id: '1', artifactLocation: 'mlflow-artifacts:/1' });
  expect(second).toMatchObject({ id: '2', artifactLocation: 's3://bucket/x' });
});

it('a name is taken even by a deleted experiment, until it is renamed', () => {
  create('a');
  apply({ type: 'delete-experiment', id: '1' });
  expect(create('a')).toMatchObject({ ok: false, code: 'RESOURCE_ALREADY_EXISTS' });
  apply({ type: 'restore-experiment', id: '1' });
  expect(apply({ type: 'rename-experiment', id: '1', name: 'b' }).ok).toBe(true);
  expect(create('a').ok).toBe(true);
  expect(apply({ type: 'rename-experiment', id: '1', name: 'a' })).toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
});

it('what does not exist cannot be changed', () => {
  expect(apply({ type: 'tag-experiment', id: '7', key: 'k', value: 'v' })).toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'No Experiment with id=7 exists',
  });
});

it('a deleted experiment takes nothing but its restoration', () => {
  create('a');
  apply({ type: 'tag-experiment', id: '1', key: 'k', value: 'v' });
  apply({ type: 'delete-experiment', id: '1' });
  const notActive = {
    code: 'INVALID_PARAMETER_VALUE',
    message: "The experiment 1 must be in the 'active' state. Current state is deleted.",
  };
  expect(apply({ type: 'tag-experiment', id: '1', key: 'k', value: 'w' })).toMatchObject(notActive);
  expect(apply({ type: 'tag-experiment', id: '1', key: 'k', value: null })).toMatchObject(notActive);
  expect(apply({ type: 'rename-experiment', id: '1', name: 'b' })).toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: 'Cannot rename a non-active experiment.',
  });
  const noneToDelete = { code: 'RESOURCE_DOES_NOT_EXIST', message: 'No Experiment with id=1 exists' };
  expect(apply({ type: 'delete-experiment', id: '1' })).toMatchObject(noneToDelete);
  expect(apply({ type: 'restore-experiment', id: '1' }).ok).toBe(true);
  expect(apply({ type: 'restore-experiment', id: '1' })).toMatchObject(noneToDelete);
  expect([...(state.experiments.get('1')?.tags ?? [])]).toEqual([['k', 'v']]);
});

it('a tag that is not there cannot be taken away, and a tag is no change of the experiment itself', () => {
  create('a');
  const before = state.experiments.get('1')?.updatedAtMs;
  expect(apply({ type: 'tag-experiment', id: '1', key: 'k', value: 'v' }).ok).toBe(true);
  expect(apply({ type: 'tag-experiment', id: '1', key: 'k', value: null }).ok).toBe(true);
  expect(apply({ type: 'tag-experiment', id: '1', key: 'k', value: null })).toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'No tag with name: k in experiment with id 1',
  });
  expect(state.experiments.get('1')?.updatedAtMs).toBe(before);
});

it('an imported experiment keeps its times, and its id where nobody has it; ids count on behind it', () => {
  const imported = (name: string, id: number) =>
    apply({
      type: 'create-experiment',
      name,
      artifactLocation: null,
      tags: [],
      imported: { id, createdAtMs: 100, updatedAtMs: 200 },
    });
  const idOf = (applied: Applied) => (applied.ok ? (applied.result as Experiment).id : null);
  expect(imported('a', 7)).toMatchObject({
    ok: true,
    result: { id: '7', createdAtMs: 100, updatedAtMs: 200, artifactLocation: 'mlflow-artifacts:/7' },
  });
  expect(idOf(imported('b', 7))).toBe('8');
  expect(idOf(imported('c', 3))).toBe('3');
  expect(idOf(imported('d', 0))).toBe('9');
  expect(idOf(create('e'))).toBe('10');
});
