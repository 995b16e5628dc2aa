import type { TraceEvent, TraceSpan } from '@millrace/schemas';

/** A write to trace `tr-1` with what a test says of it. */
export function traceEvent(said: Partial<TraceEvent>): TraceEvent {
  return {
    eventId: 'e',
    traceId: 'tr-1',
    experimentId: '7',
    type: 'exported',
    atMs: 1,
    actor: 'ada',
    requestId: null,
    attributes: {},
    metadata: {},
    tags: [],
    assessments: [],
    runIds: [],
    promptVersions: [],
    resource: {},
    spans: [],
    ...said,
  };
}

export function traceSpan(said: Partial<TraceSpan>): TraceSpan {
  return {
    spanId: '00000000000000a1',
    parentSpanId: null,
    name: 'root',
    spanType: '',
    statusCode: 'UNSET',
    statusMessage: '',
    startNs: '1000000000',
    endNs: '3000000000',
    attributes: {},
    events: '[]',
    links: '[]',
    ...said,
  };
}
