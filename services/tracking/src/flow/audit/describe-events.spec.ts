import type { DatasetEvent, RunEvent, TraceEvent } from '@millrace/schemas';
import { describe, expect, it } from 'vitest';
import { describeDatasetEvent } from './describe-dataset-event.ts';
import { describeRunEvent } from './describe-run-event.ts';
import { describeTraceEvent } from './describe-trace-event.ts';
import { nothingSaid } from '../runs/nothing-said.ts';

const runEvent: RunEvent = {
  eventId: 'e',
  subject: 'run',
  id: 'r1',
  experimentId: '7',
  type: 'logged',
  atMs: 5,
  actor: 'ada',
  ...nothingSaid,
  requestId: 'q',
};
const point = { key: 'auc', modelId: null, runId: null, datasetName: null, datasetDigest: null };

describe('what the audit trail says of a write to a run', () => {
  it('tells what was set, of each metric the last point and how many there were', () => {
    const described = describeRunEvent({
      ...runEvent,
      params: [{ key: 'lr', value: '0.1' }],
      tags: [{ key: 'old', value: null }],
      metrics: [
        { ...point, value: 0.5, step: 1, timestampMs: 1 },
        { ...point, value: Number.NaN, step: 2, timestampMs: 2 },
      ],
    });
    expect(described).toMatchObject({ command: 'log-to-run', actor: 'ada', requestId: 'q', before: '' });
    expect(JSON.parse(described.after)).toEqual({
      experimentId: '7',
      params: { lr: '0.1' },
      tags: { old: null },
      metrics: { auc: { points: 2, value: 'NaN', step: 2, timestampMs: 2 } },
    });
  });

  it('is called by what it does to files when it does nothing else', () => {
    const file = { path: 'a', hash: 'ff', sizeBytes: 1 };
    const gone = { path: 'a', hash: null, sizeBytes: 0 };
    const commandOf = (own: Partial<RunEvent>) => describeRunEvent({ ...runEvent, ...own }).command;
    expect(commandOf({ artifacts: [file] })).toBe('put-artifacts');
    expect(commandOf({ artifacts: [gone] })).toBe('delete-artifacts');
    expect(commandOf({ artifacts: [file], tags: [{ key: 'k', value: 'v' }] })).toBe('log-to-run');
    expect(commandOf({ type: 'created', subject: 'logged-model' })).toBe('create-logged-model');
    expect(commandOf({ type: 'voided', voids: [3] })).toBe('void-write');
    expect(commandOf({ type: 'purged' })).toBe('purge-run');
  });

  it('says of a new run that it was not there before', () => {
    expect(describeRunEvent({ ...runEvent, type: 'created' }).before).toBe('null');
  });
});

it('the audit trail says of a write to a trace what it set, and of spans which', () => {
  const event: TraceEvent = {
    eventId: 'e',
    traceId: 't1',
    experimentId: '7',
    type: 'tagged',
    atMs: 5,
    actor: 'ada',
    attributes: {},
    metadata: {},
    tags: [{ key: 'k', value: 'v' }],
    assessments: [],
    runIds: [],
    promptVersions: [],
    resource: {},
    spans: [],
    requestId: 'q',
  };
  const described = describeTraceEvent(event);
  expect(described).toMatchObject({ command: 'tag-trace', subjectKind: 'trace', subjectId: 't1', requestId: 'q' });
  expect(describeTraceEvent({ ...event, requestId: null })).toMatchObject({ actor: 'ada', requestId: '' });
  expect(JSON.parse(described.after)).toEqual({ experimentId: '7', tags: { k: 'v' } });
  expect(describeTraceEvent({ ...event, type: 'deleted' }).after).toBe('null');
});

it('the audit trail says of a write to records of a dataset which they are', () => {
  const event: DatasetEvent = {
    eventId: 'e',
    datasetId: 'd1',
    datasetName: 'questions',
    type: 'deleted',
    atMs: 5,
    actor: 'ada',
    records: [],
    deletedRecordIds: ['r1'],
    requestId: 'q',
  };
  expect(describeDatasetEvent(event)).toMatchObject({
    command: 'delete-dataset-records',
    subjectKind: 'dataset',
    subjectId: 'd1',
    requestId: 'q',
    after: '{"recordIds":["r1"]}',
  });
  expect(describeDatasetEvent({ ...event, type: 'dropped' }).after).toBe('null');
});
