import { expect, it } from 'vitest';
import { compareTrace } from './compare-trace.ts';
import type { TraceInfo } from './trace-entities.ts';

const assessment = (id: string, value: unknown) => ({
  assessment_id: id,
  assessment_name: 'good',
  feedback: { value },
});
const source: TraceInfo = {
  trace_id: 'tr-1',
  trace_location: { mlflow_experiment: { experiment_id: '7' } },
  request_time: '2026-01-01T00:00:00.000Z',
  execution_duration: '1.5s',
  state: 'OK',
  request_preview: 'why?',
  trace_metadata: { 'mlflow.trace_schema.version': '3', session: 's' },
  tags: { 'mlflow.artifactLocation': 'there', 'mlflow.trace.spansLocation': 'TRACKING_STORE', tier: 'gold' },
  assessments: [assessment('a-1', true), assessment('a-2', 3)],
};
const here: TraceInfo = {
  ...source,
  trace_location: { mlflow_experiment: { experiment_id: '1' } },
  tags: { 'mlflow.artifactLocation': 'here', 'mlflow.trace.spansLocation': 'TRACKING_STORE', tier: 'gold' },
};

it('of a trace that is not here all is said but where things lie', () => {
  const { trace_location: _, ...info } = source;
  expect(compareTrace(source, null)).toEqual({ said: { ...info, tags: { tier: 'gold' } }, differing: [] });
});

it('of a trace of which only spans have arrived all is said', () => {
  const spansOnly: TraceInfo = {
    ...here,
    trace_metadata: {},
    tags: { tier: 'silver' },
    assessments: [],
    state: 'ERROR',
  };
  expect(compareTrace(source, spansOnly)).toEqual(compareTrace(source, null));
});

it('of a trace that is here already nothing is said', () => {
  expect(compareTrace(source, here)).toEqual({ said: null, differing: [] });
});

it('what is missing is added, and all else is said as it is here', () => {
  const older: TraceInfo = {
    ...here,
    state: 'ERROR',
    trace_metadata: { 'mlflow.trace_schema.version': '3' },
    tags: {},
    assessments: [assessment('a-1', true)],
  };
  expect(compareTrace(source, older)).toEqual({
    said: {
      trace_id: 'tr-1',
      request_time: source.request_time,
      state: 'ERROR',
      trace_metadata: { session: 's' },
      tags: { tier: 'gold' },
      assessments: [assessment('a-2', 3)],
    },
    differing: [],
  });
});

it('the end of a trace that goes on here is said', () => {
  expect(compareTrace(source, { ...here, state: 'IN_PROGRESS' }).said).toMatchObject({
    state: 'OK',
    execution_duration: '1.5s',
    tags: {},
    trace_metadata: {},
    assessments: [],
  });
});

it('what has another value here is told and stays', () => {
  const changed: TraceInfo = {
    ...here,
    trace_metadata: { ...here.trace_metadata, session: 't' },
    tags: { tier: 'silver' },
    assessments: [assessment('a-1', false), assessment('a-2', 3), assessment('a-3', 1)],
  };
  expect(compareTrace(source, changed)).toEqual({
    said: null,
    differing: ['tag tier', 'metadata session', 'assessment good (a-1)'],
  });
});
