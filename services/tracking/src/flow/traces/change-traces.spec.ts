import { expect, it } from 'vitest';
import { ChangeTraces } from './change-traces.ts';
import { placedSpansOf, traceFactsOf } from './trace-facts.ts';
import { TraceHead } from './trace-head.ts';
import { traceEvent, traceSpan } from './trace-under-test.ts';
import type { TraceWrite } from './trace-writes.ts';

const known = new TraceHead('tr-1');
const exported = traceEvent({ experimentId: '7', spans: [traceSpan({})] });
known.foldHistory(
  traceFactsOf(exported, { partition: 0, offset: 0 }),
  placedSpansOf(exported, { partition: 0, offset: 0 }),
);

const author = { actor: 'ada' };

function changes(): { readonly change: ChangeTraces; readonly written: TraceWrite[] } {
  const written: TraceWrite[] = [];
  const change = new ChangeTraces(
    { getAll: (ids) => Promise.resolve(ids.includes('tr-1') ? [known] : []) },
    { experimentOf: (runId) => Promise.resolve(runId === 'run' ? '8' : null) },
    { existing: () => Promise.resolve(known), write: (writes) => Promise.resolve((written.push(...writes), [])) },
  );
  return { change, written };
}

it('links a trace to a run where the trace is, and one that is still on its way where the run is', async () => {
  const { change, written } = changes();
  await change.linkToRun(['tr-1', 'tr-2', 'tr-2'], 'run', author);
  expect(written).toEqual([
    { type: 'linked', traceId: 'tr-1', experimentId: '7', runIds: ['run'] },
    { type: 'linked', traceId: 'tr-2', experimentId: '8', runIds: ['run'] },
  ]);
});

it('links nothing to a run that is not there, nor more than 100 traces at once', async () => {
  const { change, written } = changes();
  await expect(change.linkToRun(['tr-1'], 'other', author)).rejects.toThrow('other');
  const many = Array.from({ length: 101 }, (_, index) => `tr-${index}`);
  await expect(change.linkToRun(many, 'run', author)).rejects.toThrow('Cannot link more than 100 traces');
  expect(written).toEqual([]);
});
