import { expect, it } from 'vitest';
import { placedSpansOf } from '../../flow/traces/trace-facts.ts';
import { traceEvent, traceSpan } from '../../flow/traces/trace-under-test.ts';
import { traceDataJson } from './trace-data-json.ts';

const traceId = `tr-${'0'.repeat(30)}ff`;
const jsonOf = (said: Parameters<typeof traceSpan>[0]): string =>
  traceDataJson(
    { traceId },
    placedSpansOf(traceEvent({ traceId, spans: [traceSpan(said)] }), { partition: 0, offset: 0 }),
  );

it('a span is written as MLflow’s client writes it into a file', () => {
  const spans = jsonOf({
    parentSpanId: '00000000000000b2',
    attributes: { a: '"x"', n: '9007199254740993' },
    events: '[{"time_unix_nano": "1750000000000000001", "name": "e", "attributes": {"k": [1.0]}}]',
    links: '[{"trace_id": "aa", "span_id": "bb", "attributes": {}}]',
    statusCode: 'ERROR',
    statusMessage: 'why',
  });
  expect(JSON.parse(spans)).toEqual({
    spans: [
      {
        trace_id: 'AAAAAAAAAAAAAAAAAAAA/w==',
        span_id: 'AAAAAAAAAKE=',
        parent_span_id: 'AAAAAAAAALI=',
        name: 'root',
        start_time_unix_nano: 1_000_000_000,
        end_time_unix_nano: 3_000_000_000,
        events: [{ name: 'e', time_unix_nano: 1_750_000_000_000_000_000, attributes: { k: [1] } }],
        status: { code: 'STATUS_CODE_ERROR', message: 'why' },
        attributes: { a: '"x"', n: '9007199254740993', 'mlflow.traceRequestId': JSON.stringify(traceId) },
        links: [{ trace_id: 'tr-aa', span_id: 'bb', attributes: {} }],
      },
    ],
  });
});

it('times and numbers keep all their digits, and a span that runs has no end', () => {
  const span = jsonOf({
    startNs: '1750000000000000001',
    endNs: '0',
    events: '[{"time_unix_nano": "1750000000000000003", "name": "e", "attributes": {"n": 9007199254740993}}]',
  });
  expect(span).toContain('"start_time_unix_nano":1750000000000000001,"end_time_unix_nano":null');
  expect(span).toContain('"time_unix_nano":1750000000000000003,"attributes":{"n":9007199254740993}');
});
