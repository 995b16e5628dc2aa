import type { TraceEvent } from '@millrace/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placedSpansOf, traceFactsOf } from './trace-facts.ts';
import { TraceHead } from './trace-head.ts';
import { traceEvent, traceSpan } from './trace-under-test.ts';

const child = traceSpan({
  spanId: '00000000000000b2',
  parentSpanId: '00000000000000a1',
  name: 'child',
  startNs: '500000000',
  endNs: '4000000000',
});
const root = traceSpan({
  attributes: { 'mlflow.spanInputs': '{"q": "hi"}', 'mlflow.spanOutputs': '"yes"', 'session.id': '"s-1"' },
});
const started = traceEvent({
  type: 'started',
  attributes: { request_time_ms: '10', execution_duration_ms: '20', state: 'OK', request_preview: 'said' },
  metadata: { 'mlflow.trace.session': 's-said' },
});
const deleted = traceEvent({ type: 'deleted' });

function headOf(events: readonly TraceEvent[]): TraceHead {
  const head = new TraceHead('tr-1');
  for (const [offset, event] of events.entries()) foldInto(head, event, offset);
  return head;
}

function foldInto(head: TraceHead, event: TraceEvent, offset: number): void {
  for (const fact of traceFactsOf(event, { partition: 0, offset })) head.fold(fact);
  for (const span of placedSpansOf(event, { partition: 0, offset })) head.foldSpan(span);
}

describe('a trace that only its spans tell of', () => {
  it('lasts from the first start to the last end, and is what its root says', () => {
    expect(headOf([traceEvent({ spans: [child] }), traceEvent({ spans: [root] })]).info).toMatchObject({
      experimentId: '7',
      requestTimeMs: 500,
      executionDurationMs: 3500,
      state: 'OK',
      requestPreview: '{"q": "hi"}',
      responsePreview: '"yes"',
      metadata: new Map([['mlflow.trace.session', 's-1']]),
    });
  });

  it('is in progress until its root arrives, and failed when the root did', () => {
    expect(headOf([traceEvent({ spans: [child] })]).info.state).toBe('IN_PROGRESS');
    expect(headOf([traceEvent({ spans: [{ ...root, statusCode: 'ERROR' }] })]).info.state).toBe('ERROR');
  });

  it('has no duration while no span has ended', () => {
    expect(headOf([traceEvent({ spans: [{ ...root, endNs: '0' }] })]).info.executionDurationMs).toBeNull();
  });

  it('holds each span once, as it was last said, the root first', () => {
    const head = headOf([traceEvent({ spans: [child, root] }), traceEvent({ spans: [{ ...child, name: 'again' }] })]);
    expect(head.spans.map(({ name }) => name)).toEqual(['root', 'again']);
  });
});

it('what a client says of a trace comes before what its spans show, whichever came first', () => {
  const expected = {
    requestTimeMs: 10,
    executionDurationMs: 20,
    state: 'OK',
    requestPreview: 'said',
    responsePreview: '"yes"',
  };
  const failed = traceEvent({ spans: [{ ...root, statusCode: 'ERROR' }] });
  for (const events of [
    [started, failed],
    [failed, started],
  ]) {
    expect(headOf(events).info).toMatchObject(expected);
    expect(headOf(events).info.metadata.get('mlflow.trace.session')).toBe('s-said');
  }
});

it('a trace that was said to be in progress ends with its root', () => {
  const open = traceEvent({ type: 'started', attributes: { request_time_ms: '10', state: 'IN_PROGRESS' } });
  expect(headOf([open]).info.state).toBe('IN_PROGRESS');
  expect(headOf([open, traceEvent({ spans: [root] })]).info.state).toBe('OK');
});

it('tags and assessments are set, replaced and taken away', () => {
  const tag = (value: string | null) => traceEvent({ type: 'tagged', tags: [{ key: 't', value }] });
  const assessment = (json: string | null) => traceEvent({ type: 'assessed', assessments: [{ id: 'a', json }] });
  const head = headOf([started, tag('1'), tag('2'), assessment('{"x":1}')]);
  expect([head.tag('t'), head.assessment('a')]).toEqual(['2', '{"x":1}']);
  foldInto(head, tag(null), 10);
  foldInto(head, assessment(null), 11);
  expect([head.tag('t'), head.assessment('a'), head.info.tags.size]).toEqual([undefined, undefined, 0]);
});

it('a trace stays in the experiment in which it began', () => {
  expect(headOf([started, traceEvent({ experimentId: '8', spans: [root] })]).info.experimentId).toBe('7');
});

it('a link to a run that is here before the trace does not make it, nor say where it is', () => {
  const linked = traceEvent({ type: 'linked', experimentId: '9', runIds: ['r'] });
  expect(headOf([linked]).exists).toBe(false);
  expect(headOf([linked, started]).info.experimentId).toBe('7');
});

describe('a deleted trace', () => {
  it('does not exist, and tags that come late do not bring it back', () => {
    const head = headOf([started, traceEvent({ spans: [root] }), deleted]);
    expect([head.exists, head.spans]).toEqual([false, []]);
    foldInto(head, traceEvent({ type: 'tagged', tags: [{ key: 't', value: '1' }] }), 9);
    expect(head.exists).toBe(false);
  });

  it('may begin anew, and has nothing of its first life then', () => {
    const again = traceEvent({
      experimentId: '9',
      spans: [{ ...root, startNs: '9000000000', endNs: '9500000000', attributes: {} }],
    });
    const head = headOf([started, traceEvent({ spans: [child, root] }), deleted, again]);
    expect(head.info).toMatchObject({
      experimentId: '9',
      requestTimeMs: 9000,
      executionDurationMs: 500,
      requestPreview: null,
    });
    expect(head.spans).toHaveLength(1);
  });
});

it('is the same from history in any order, with repeats, and from the log', () => {
  const event = fc.oneof(
    fc.constant(started),
    fc.constant(deleted),
    fc
      .nat(3)
      .map((n) => traceEvent({ type: 'tagged', tags: [{ key: `t${n % 2}`, value: n === 3 ? null : String(n) }] })),
    fc.record({ id: fc.nat(2), start: fc.nat(9), root: fc.boolean() }).map(({ id, start, root: isRoot }) =>
      traceEvent({
        experimentId: String(id),
        spans: [
          traceSpan({
            spanId: `${id}`,
            startNs: `${start}000000`,
            endNs: `${start + id}000000`,
            parentSpanId: isRoot ? null : 'p',
          }),
        ],
      }),
    ),
  );
  const shown = (head: TraceHead): unknown => [head.exists, head.exists ? head.info : null, head.spans];
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (events, order) => {
      const facts = events.flatMap((one, offset) => traceFactsOf(one, { partition: 0, offset }));
      const spans = events.flatMap((one, offset) => placedSpansOf(one, { partition: 0, offset }));
      const mixed = <T>(items: readonly T[]): T[] =>
        [...items, ...items]
          .map((item) => ({ item, rank: order.next().value as number }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ item }) => item);
      const history = new TraceHead('tr-1');
      history.foldHistory(mixed(facts), mixed(spans));
      expect(shown(history)).toEqual(shown(headOf(events)));
    }),
  );
});

it('knows about how much memory it takes, and gives it back', () => {
  const head = headOf([started]);
  const before = head.bytes;
  foldInto(head, traceEvent({ spans: [{ ...root, attributes: { a: 'x'.repeat(10_000) } }] }), 1);
  expect(head.bytes - before).toBeGreaterThan(20_000);
  foldInto(head, deleted, 2);
  expect(head.bytes).toBeLessThan(before);
});
