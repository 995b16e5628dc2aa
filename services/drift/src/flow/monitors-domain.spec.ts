import { expect, test } from 'vitest';
import { defaultRules } from './monitor.ts';
import type { MonitorDefinition } from './monitor.ts';
import { monitorsDomain } from './monitors-domain.ts';

const definition: MonitorDefinition = {
  name: 'fraud',
  endpoint: 'fraud',
  reference: { type: 'first', rows: 100 },
  window: { type: 'time', lengthMs: 1000, graceMs: 0 },
  threshold: 0.5,
  minRows: 30,
  rules: defaultRules,
};
const meta = (offset: number) => ({
  offset,
  atMs: 10 * offset,
  actor: 'ann',
  requestId: `r${offset}`,
  commandId: `c${offset}`,
});
const noteOf = (generation: number) =>
  ({ type: 'note-monitor', name: 'fraud', generation, note: { state: 'failing', reason: 'broken' } }) as const;

test('what is found out about a monitor is kept with it and is no part of its definition', () => {
  const monitors = monitorsDomain.initial();
  monitorsDomain.apply(monitors, { type: 'create-monitor', monitor: definition }, meta(1));
  monitorsDomain.apply(monitors, noteOf(1), meta(2));
  expect(monitors.get('fraud')?.noted).toEqual({ state: 'failing', reason: 'broken', sinceMs: 20 });
  expect(monitorsDomain.apply(monitors, { type: 'create-monitor', monitor: definition }, meta(3))).toMatchObject({
    ok: true,
    result: { generation: 1 },
  });
});

test('what was found out about a deleted monitor says nothing of the next one of its name', () => {
  const monitors = monitorsDomain.initial();
  monitorsDomain.apply(monitors, { type: 'create-monitor', monitor: definition }, meta(1));
  monitorsDomain.apply(monitors, { type: 'delete-monitor', name: 'fraud' }, meta(2));
  expect(monitorsDomain.apply(monitors, noteOf(1), meta(3))).toEqual({ ok: true, result: null });
  monitorsDomain.apply(monitors, { type: 'create-monitor', monitor: definition }, meta(4));
  monitorsDomain.apply(monitors, noteOf(1), meta(5));
  expect(monitors.get('fraud')?.noted).toBeUndefined();
});
