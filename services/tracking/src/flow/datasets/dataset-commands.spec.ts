import type { Applied } from '@millrace/events';
import { beforeEach, expect, it } from 'vitest';
import { trackingDomain, type TrackingState } from '../tracking-domain.ts';
import type { DatasetCommand, EvaluationDataset } from './dataset-commands.ts';

let state: TrackingState;
let atMs: number;
beforeEach(() => {
  state = trackingDomain.initial();
  atMs = 100;
});

function apply(command: DatasetCommand): Applied {
  atMs += 1;
  return trackingDomain.apply(state, command, { offset: atMs, atMs, actor: 'ada', requestId: 'r', commandId: 'c' });
}
const tags = (said: Record<string, string>) => Object.entries(said).map(([key, value]) => ({ key, value }));
const create = (id: string, said: Record<string, string> = {}, experimentIds: string[] = []): Applied =>
  apply({ type: 'create-dataset', id, name: 'qa', tags: tags(said), experimentIds });
const held = (id = 'd-1'): EvaluationDataset | undefined => state.datasets.get(id);

it('a dataset is made by the user whom its tag names, and may be named as another', () => {
  create('d-1', { 'mlflow.user': 'ada' }, ['0', '0']);
  create('d-2');
  expect(held()).toMatchObject({ name: 'qa', createdBy: 'ada', createdAtMs: 101, experimentIds: ['0'] });
  expect(held('d-2')).toMatchObject({ name: 'qa', createdBy: null });
});

it('tags are merged and taken away, without another time of change', () => {
  create('d-1', { a: '1', b: '2' });
  apply({ type: 'tag-dataset', id: 'd-1', tags: tags({ b: '3', c: '4' }) });
  apply({ type: 'untag-dataset', id: 'd-1', key: 'a' });
  expect(Object.fromEntries(held()?.tags ?? [])).toEqual({ b: '3', c: '4' });
  expect(held()?.updatedAtMs).toBe(101);
});

it('it is added to experiments that there are, and taken from any', () => {
  create('d-1');
  apply({ type: 'add-dataset-to-experiments', id: 'd-1', experimentIds: ['0', '0'] });
  expect(held()).toMatchObject({ experimentIds: ['0'], updatedAtMs: 102 });
  expect(apply({ type: 'add-dataset-to-experiments', id: 'd-1', experimentIds: ['0', '77'] })).toEqual({
    ok: false,
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'No Experiment with id=77',
  });
  apply({ type: 'remove-dataset-from-experiments', id: 'd-1', experimentIds: ['77'] });
  expect(held()).toMatchObject({ experimentIds: ['0'], updatedAtMs: 102 });
  apply({ type: 'remove-dataset-from-experiments', id: 'd-1', experimentIds: ['0'] });
  expect(held()).toMatchObject({ experimentIds: [], updatedAtMs: 105 });
});

it('what is not there is deleted and untagged as if it were, and refuses all else', () => {
  expect(apply({ type: 'delete-dataset', id: 'd-9' })).toEqual({ ok: true, result: null });
  expect(apply({ type: 'untag-dataset', id: 'd-9', key: 'a' })).toEqual({ ok: true, result: null });
  expect(apply({ type: 'tag-dataset', id: 'd-9', tags: [] })).toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'Could not find evaluation dataset with ID d-9',
  });
  expect(apply({ type: 'remove-dataset-from-experiments', id: 'd-9', experimentIds: [] })).toMatchObject({
    message: "Dataset 'd-9' not found",
  });
  create('d-1');
  expect(apply({ type: 'delete-dataset', id: 'd-1' })).toMatchObject({ ok: true, result: { id: 'd-1' } });
  expect(held()).toBeUndefined();
});
