import { expect, it } from 'vitest';
import { attachmentsOf } from './attachments-of.ts';
import { infoOfV2, isSettled, keepsSpansInStore } from './trace-entities.ts';

it('a trace of MLflow 2 is told as one of MLflow 3', () => {
  const info = infoOfV2({
    request_id: 'tr-2',
    timestamp_ms: '1767225600000',
    execution_time_ms: 1500,
    status: 'OK',
    request_metadata: [
      { key: 'mlflow.traceInputs', value: '{"q": 1}' },
      { key: 'mlflow.traceOutputs', value: '2' },
    ],
    tags: [{ key: 'empty' }],
  });
  expect(info).toEqual({
    trace_id: 'tr-2',
    request_time: '2026-01-01T00:00:00.000Z',
    execution_duration: '1.5s',
    state: 'OK',
    request_preview: '{"q": 1}',
    response_preview: '2',
    trace_metadata: { 'mlflow.traceInputs': '{"q": 1}', 'mlflow.traceOutputs': '2' },
    tags: { empty: '' },
  });
  expect([isSettled(info), keepsSpansInStore(info)]).toEqual([true, false]);
});

it('one that has not ended has no duration and no previews', () => {
  const info = infoOfV2({ request_id: 'tr-3', timestamp_ms: 0, status: 'TRACE_STATUS_UNSPECIFIED' });
  expect(info).toEqual({
    trace_id: 'tr-3',
    request_time: '1970-01-01T00:00:00.000Z',
    state: 'STATE_UNSPECIFIED',
    trace_metadata: {},
    tags: {},
  });
  expect(isSettled(info)).toBe(false);
});

it('attachments are found wherever spans name them, each once', () => {
  const value = '{"picture": "mlflow-attachment://b-1?content_type=image%2Fpng&trace_id=tr-1"}';
  const spans = [{ attributes: { out: value } }, { attributes: { in: `${value} mlflow-attachment://a2?x` } }];
  expect(attachmentsOf(spans)).toEqual(['a2', 'b-1']);
  expect(attachmentsOf(null)).toEqual([]);
});
