import { expect, it } from 'vitest';
import type { Subject } from '@millrace/people';
import type { Endpoint, EndpointsState } from '../endpoints-domain.ts';
import { ServedSubjects } from './served-subjects.ts';

const endpoint = (name: string, model: string): Endpoint => ({
  name,
  model: { name: model, target: 'alias:champion' },
  signature: { featureService: 'payments', featureServiceVersion: 1, features: [] },
  startFrom: 'now',
  id: 1,
  createdAtMs: 1,
  createdBy: 'ada',
  scoresSinceMs: null,
});
const here: EndpointsState = { endpoints: new Map([['e', endpoint('e', 'fraud')]]) };
const elsewhere: EndpointsState = {
  endpoints: new Map([...here.endpoints, ['new', endpoint('new', 'fraud')], ['orphan', endpoint('orphan', 'gone')]]),
};
const fraud: Subject = { kind: 'model', id: 'fraud', createdBy: 'eve', createdAtMs: 7 };
const subjects = new ServedSubjects(
  { state: here, read: () => Promise.resolve(elsewhere) },
  { find: ({ kind, id }) => (kind === 'model' && id === 'fraud' ? fraud : null) },
);

it('an endpoint belongs to its model, also when another instance has just made it', async () => {
  expect(await subjects.find({ kind: 'endpoint', id: 'e' })).toEqual(fraud);
  expect(await subjects.find({ kind: 'endpoint', id: 'new' })).toEqual(fraud);
  expect(await subjects.find({ kind: 'endpoint', id: 'other' })).toBeNull();
  expect(await subjects.find({ kind: 'model', id: 'fraud' })).toEqual(fraud);
});

it('an endpoint of a model that was deleted is what was granted on its name, and nobody’s by making it', async () => {
  expect(await subjects.find({ kind: 'endpoint', id: 'orphan' })).toEqual({
    kind: 'model',
    id: 'gone',
    createdBy: null,
    createdAtMs: 0,
  });
});
