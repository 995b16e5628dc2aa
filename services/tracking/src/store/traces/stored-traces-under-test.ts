import type { TraceEvent } from '@millrace/schemas';
import { traceEvent, traceSpan } from '../../flow/traces/trace-under-test.ts';

const assessment = (id: string, said: object): { id: string; json: string } => ({
  id,
  json: JSON.stringify({ assessment_id: id, valid: true, source: { source_type: 'HUMAN', source_id: 'ada' }, ...said }),
});
const started = (traceId: string, timeMs: number, more: Partial<TraceEvent> = {}): TraceEvent =>
  traceEvent({
    type: 'started',
    traceId,
    ...more,
    attributes: { request_time_ms: String(timeMs), execution_duration_ms: '5', state: 'OK', ...more.attributes },
  });

const usage = (total: number, more: object = {}): string =>
  JSON.stringify({ input_tokens: total - 1, output_tokens: 1, total_tokens: total, ...more });
const call = (spanId: string, parentSpanId: string | null, said: Record<string, string>, startMs = 61_000) =>
  traceSpan({
    spanId,
    parentSpanId,
    name: 'call',
    spanType: 'LLM',
    startNs: `${startMs}000000`,
    endNs: `${startMs + 20}500000`,
    attributes: said,
  });
const tokens = (total: number, more: object = {}) => ({ 'mlflow.chat.tokenUsage': usage(total, more) });
const named = (name: string) => [{ key: 'mlflow.traceName', value: name }];

/** Of experiment 9, to be measured. */
const measuredEvents: TraceEvent[] = [
  started('m1', 1000, {
    experimentId: '9',
    tags: [...named('chat'), { key: 'team', value: 'core' }],
    metadata: { 'mlflow.trace.tokenUsage': usage(100), 'mlflow.trace.session': 's1', 'mlflow.sourceRun': 'r9' },
    attributes: { execution_duration_ms: '10' },
  }),
  started('m2', 2000, {
    experimentId: '9',
    tags: named('chat'),
    metadata: { 'mlflow.trace.session': 's1' },
    attributes: { execution_duration_ms: '20', state: 'ERROR' },
  }),
  // The sum that the agent says stands for the call below it, which is in a later write and begins before it.
  traceEvent({
    traceId: 'm3',
    experimentId: '9',
    spans: [
      traceSpan({
        spanId: 'agent',
        name: 'agent',
        spanType: 'AGENT',
        startNs: '61000000000',
        endNs: '61100000000',
        attributes: tokens(50),
      }),
      traceSpan({ spanId: 'step', parentSpanId: 'agent', name: 'step', startNs: '60500000000', endNs: '60600000000' }),
    ],
    tags: named('agent'),
  }),
  traceEvent({
    traceId: 'm3',
    experimentId: '9',
    spans: [
      call(
        'c1',
        'step',
        { ...tokens(30), 'mlflow.llm.model': '"tiny"', 'mlflow.llm.cost': '{"total_cost": 0.5}' },
        60_000,
      ),
      call('c2', 'step', {
        ...tokens(20),
        'mlflow.llm.model': '"tiny"',
        'mlflow.llm.cost': '"{\\"total_cost\\": 0.25}"',
      }),
    ],
  }),
  traceEvent({
    traceId: 'm4',
    experimentId: '9',
    spans: [
      traceSpan({ spanId: 'root', startNs: '120000000000', endNs: '120400000000' }),
      call('c3', 'root', tokens(3, { cache_read_input_tokens: 2 }), 120_000),
      call('c4', 'root', { 'mlflow.chat.tokenUsage': JSON.stringify(usage(4)) }, 121_000),
    ],
    type: 'exported',
    runIds: ['r9'],
  }),
  traceEvent({
    traceId: 'm1',
    experimentId: '9',
    type: 'assessed',
    assessments: [
      assessment('1', { assessment_name: 'ok', feedback: { value: true } }),
      assessment('2', { assessment_name: 'ok', feedback: { value: 'No ' } }),
      assessment('3', { assessment_name: 'score', feedback: { value: 0.75 } }),
      assessment('4', { assessment_name: 'score', valid: false, feedback: { value: 5 } }),
      assessment('5', { assessment_name: 'facts', expectation: { serialized_value: { value: '["x"]' } } }),
    ],
  }),
];

/** Of experiment 6: two sessions, of which the first is assessed as a whole. */
const sessionEvents: TraceEvent[] = [
  ...['x1', 'x2', 'y1', 'y2'].map((traceId, index) =>
    started(traceId, index, { experimentId: '6', metadata: { 'mlflow.trace.session': traceId.slice(0, 1) } }),
  ),
  traceEvent({
    traceId: 'x1',
    experimentId: '6',
    type: 'assessed',
    assessments: [
      assessment('1', {
        assessment_name: 'quality',
        feedback: { value: 'good' },
        metadata: { 'mlflow.trace.session': 'x' },
      }),
      assessment('2', { assessment_name: 'iss-1', issue: { issue_name: 'slow' } }),
    ],
  }),
  traceEvent({
    traceId: 'y1',
    experimentId: '6',
    type: 'assessed',
    assessments: [assessment('3', { assessment_name: 'single', feedback: { value: 'bad' } })],
  }),
];

/** Traces of a search, each event at the offset that is its place in the list. */
export const storedEvents: TraceEvent[] = [
  started('a', 10, {
    tags: [{ key: 'team', value: "Ri'sk" }],
    metadata: { 'mlflow.sourceRun': 'r1' },
    attributes: { client_request_id: 'c-a' },
  }),
  started('b', 20, { tags: [{ key: 'team', value: 'core' }], attributes: { execution_duration_ms: '50' } }),
  traceEvent({
    traceId: 'c',
    spans: [
      traceSpan({ attributes: { model: '"gpt-5"', n: '3', 'session.id': '"s"' }, spanType: 'LLM' }),
      traceSpan({ spanId: 'b', parentSpanId: '00000000000000a1', name: 'tool', spanType: 'TOOL', statusCode: 'ERROR' }),
    ],
  }),
  traceEvent({ traceId: 'c', type: 'linked', runIds: ['r1'], promptVersions: ['p/1'] }),
  traceEvent({
    traceId: 'a',
    type: 'assessed',
    assessments: [
      assessment('1', { assessment_name: 'ok', feedback: { value: true } }),
      assessment('2', { assessment_name: 'score', feedback: { value: 0.75 } }),
      assessment('3', { assessment_name: 'word', feedback: { value: 'yes' } }),
      assessment('4', { assessment_name: 'facts', expectation: { serialized_value: { value: '["x"]' } } }),
      assessment('5', { assessment_name: 'old', valid: false, feedback: { value: 1 } }),
    ],
  }),
  started('d', 40, { tags: [{ key: 'team', value: 'gone' }], attributes: { client_request_id: 'first-life' } }),
  traceEvent({ traceId: 'd', type: 'deleted' }),
  started('e', 50, { experimentId: '8' }),
  started('f', 60, { attributes: { state: 'IN_PROGRESS' } }),
  traceEvent({ traceId: 'b', type: 'tagged', tags: [{ key: 'team', value: null }] }),
  started('g', 70),
  traceEvent({ traceId: 'g', type: 'deleted' }),
  traceEvent({ traceId: 'g', spans: [traceSpan({ startNs: '80000000', endNs: '81000000' })] }),
  ...measuredEvents,
  ...sessionEvents,
];
