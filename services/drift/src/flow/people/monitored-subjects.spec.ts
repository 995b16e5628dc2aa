import { expect, it } from 'vitest';
import type { Subject } from '@millrace/people';
import type { Monitor } from '../monitor.ts';
import { MonitoredSubjects } from './monitored-subjects.ts';

it('a monitor belongs to its endpoint, also when another instance has just made it', async () => {
  const fraud: Subject = { kind: 'model', id: 'fraud', createdBy: 'eve', createdAtMs: 7 };
  const monitor = { name: 'm', endpoint: 'e' } as Monitor;
  const subjects = new MonitoredSubjects(
    { state: new Map(), read: () => Promise.resolve(new Map([['m', monitor]])) },
    { find: ({ kind, id }) => (kind === 'endpoint' && id === 'e' ? fraud : null) },
  );
  expect(await subjects.find({ kind: 'monitor', id: 'm' })).toEqual(fraud);
  expect(await subjects.find({ kind: 'endpoint', id: 'e' })).toEqual(fraud);
  expect(await subjects.find({ kind: 'monitor', id: 'other' })).toBeNull();
  expect(await subjects.find({ kind: 'model', id: 'fraud' })).toBeNull();
});
