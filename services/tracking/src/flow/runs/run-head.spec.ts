import * as fc from 'fast-check';
import type { RunEvent } from '@millrace/schemas';
import { describe, expect, it } from 'vitest';
import { factsOf, type RunFact } from './run-facts.ts';
import { RunHead } from './run-head.ts';
import { nothingSaid } from './nothing-said.ts';

const nothing: RunEvent = {
  eventId: 'e',
  subject: 'run',
  id: 'r1',
  experimentId: '0',
  type: 'logged',
  atMs: 1,
  actor: 'ada',
  ...nothingSaid,
};
const point = (key: string, value: number, step: number, timestampMs = 0) => ({
  key,
  value,
  step,
  timestampMs,
  modelId: null,
  runId: null,
  datasetName: null,
  datasetDigest: null,
});
const writes = (...events: Partial<RunEvent>[]): RunFact[] =>
  events.flatMap((event, offset) => factsOf({ ...nothing, ...event }, { partition: 0, offset }));
function fold(facts: readonly RunFact[]): RunHead {
  const head = new RunHead('run', 'r1');
  for (const fact of facts) head.fold(fact);
  return head;
}
const view = (head: RunHead) => ({
  params: head.params.map(({ key, text }) => [key, text]),
  tags: head.tags.map(({ key, text }) => [key, text]),
  metrics: head.metrics.map(({ key, number, step }) => [key, number, step]),
  artifacts: head.artifacts.map(({ key, text }) => [key, text]),
  status: head.attribute('status'),
});

describe('the state of a run', () => {
  it('holds the first value of a param, the last value of a tag and the last attribute', () => {
    const head = fold(
      writes(
        { type: 'created', attributes: { created_time: '1', status: 'RUNNING' }, params: [{ key: 'lr', value: '1' }] },
        { params: [{ key: 'lr', value: '2' }], tags: [{ key: 't', value: 'a' }] },
        {
          tags: [
            { key: 't', value: 'b' },
            { key: 'gone', value: 'x' },
          ],
          attributes: { status: 'FINISHED' },
        },
        { tags: [{ key: 'gone', value: null }] },
      ),
    );
    expect(view(head)).toMatchObject({ params: [['lr', '1']], tags: [['t', 'b']], status: 'FINISHED' });
    expect(head.exists).toBe(true);
  });

  it('holds the point of a metric with the highest step, then time, then value', () => {
    const metrics = [
      point('a', 9, 1),
      point('a', 1, 2),
      point('a', 5, 2),
      point('a', Number.NaN, 2),
      point('b', 1, -1, 7),
      point('b', 2, -1, 6),
    ];
    expect(view(fold(writes({ metrics }))).metrics).toEqual([
      ['a', 5, 2],
      ['b', 1, -1],
    ]);
  });

  it('holds an artifact until it is removed', () => {
    const artifact = (path: string, hash: string | null) => ({ path, hash, sizeBytes: 1 });
    const head = fold(
      writes({ artifacts: [artifact('a', '1'), artifact('b', '2')] }, { artifacts: [artifact('a', null)] }),
    );
    expect(view(head).artifacts).toEqual([['b', '2']]);
  });

  it('does not exist before its creation is known', () => {
    expect(fold(writes({ tags: [{ key: 't', value: 'a' }] })).exists).toBe(false);
  });

  it('is the same whatever the order and the number of times its facts are folded', () => {
    const key = fc.constantFrom('a', 'b');
    const event = fc.record({
      params: fc.array(fc.record({ key, value: fc.constantFrom('1', '2') }), { maxLength: 2 }),
      tags: fc.array(fc.record({ key, value: fc.constantFrom('x', 'y', null) }), { maxLength: 2 }),
      metrics: fc.array(
        fc
          .record({ key, value: fc.constantFrom(1, 2, Number.NaN), step: fc.integer({ min: -1, max: 1 }) })
          .map((m) => point(m.key, m.value, m.step)),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (events, seeds) => {
        const facts = writes(...events);
        const picks = [...facts, ...facts].map((fact) => ({ fact, rank: seeds.next().value as number }));
        const shuffled = picks.sort((x, y) => x.rank - y.rank).map(({ fact }) => fact);
        expect(view(fold(shuffled))).toEqual(view(fold(facts)));
      }),
    );
  });
});
