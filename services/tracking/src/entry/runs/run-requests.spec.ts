import { readRequest } from '@millrace/mlflow-protocol';
import { expect, it } from 'vitest';
import {
  checkBatch,
  checkBatchSize,
  checkDatasets,
  createRun,
  cutParams,
  cutTags,
  logBatch,
  logInputs,
  logMetric,
  logOutputs,
  updateRun,
} from './run-requests.ts';

const refuses = (check: () => unknown, message: string) => {
  expect(check).toThrow(
    expect.objectContaining({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
};
const batch = (body: object) => () => {
  const { metrics, params, tags } = readRequest(logBatch, { run_id: 'r', ...body });
  checkBatch({ metrics, params, tags });
};
const entries = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }));
const points = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ key: `m${index}`, value: 1, timestamp: 1 }));

it.each([
  [{ metrics: 'foo' }, 'Invalid value "foo" for parameter \'metrics\' supplied'],
  [{ metrics: [{ key: 'mae', value: 2.5 }] }, "Missing value for required parameter 'metrics[0].timestamp'"],
  [{ metrics: [{ value: 1, timestamp: 1 }] }, "Missing value for required parameter 'metrics[0].key'"],
  [{ metrics: [{ key: 'mae', timestamp: 1 }] }, "Missing value for required parameter 'metrics[0].value'"],
  [{ params: [{ value: 'x' }] }, "Missing value for required parameter 'params[0].key'"],
  [{ tags: [{ key: '', value: 'x' }] }, "Missing value for required parameter 'tags[0].key'"],
  [{ metrics: [{ key: 'm', value: 1, timestamp: -1 }] }, 'Timestamp must be a nonnegative long (64-bit integer)'],
  [
    { metrics: [{ key: 'm', value: 1, timestamp: 1, step: 2 ** 60 }] },
    "for parameter 'metrics[0].step' supplied: it must be",
  ],
  [
    { metrics: [{ key: 'a;b', value: 1, timestamp: 1 }] },
    'Invalid value "a;b" for parameter \'metrics[0].name\' supplied: Names may only contain',
  ],
  [
    { params: [{ key: '../a', value: '1' }] },
    'Invalid value "../a" for parameter \'params[0].key\' supplied: Names may be treated as files',
  ],
  [
    { tags: [...entries(1), { key: '/a', value: '1' }] },
    'Invalid value "/a" for parameter \'tags[1].key\' supplied: Names may be treated as files',
  ],
  [
    { params: [...entries(2), { key: 'k1', value: 'w' }, { key: 'k0', value: 'v' }] },
    "Duplicate parameter keys have been submitted: ['k1', 'k0']. Please ensure the request contains only one param value per param key.",
  ],
  [
    { metrics: points(1001) },
    'A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics across multiple requests and try again.',
  ],
  [{ params: entries(101) }, 'at most 100 params. Got 101 params. Please split up params'],
  [{ tags: entries(101) }, 'at most 100 tags. Got 101 tags. Please split up tags'],
  [
    { metrics: points(901), params: entries(100) },
    'at most 1000 metrics, params, and tags. Got 1001 metrics, params, and tags. Please split up metrics, params, and tags across',
  ],
])('a batch is refused in MLflow words (%#)', (body, message) => {
  refuses(batch(body), message);
});

it('a batch within its limits is taken', () => {
  expect(batch({ metrics: points(800), params: entries(100), tags: entries(100) })).not.toThrow();
});

it('a batch is measured in characters, with or without a length beforehand', () => {
  const body = { run_id: 'r', tags: [{ key: 'k', value: 'é'.repeat(600_000) }] };
  expect(() => checkBatchSize(body, '1200050')).not.toThrow();
  expect(() => checkBatchSize(body, undefined)).not.toThrow();
  const large = { tags: [{ key: 'k', value: 'x'.repeat(1_000_000) }] };
  for (const length of ['1000050', undefined]) {
    refuses(
      () => checkBatchSize(large, length),
      'Batched logging API requests must be at most 1000000 bytes, got a request of size 1000033.',
    );
  }
});

it.each([
  [logMetric, { run_id: 'r', key: '', value: 1, timestamp: 1 }, "Missing value for required parameter 'key'."],
  [logMetric, { run_id: 'r', key: 'm', value: null, timestamp: 1 }, "Missing value for required parameter 'value'."],
  [logMetric, { run_id: 'r', key: 'm', value: 1 }, "Missing value for required parameter 'timestamp'."],
  [
    logMetric,
    { run_id: 'r', key: 'm', value: 'high', timestamp: 1 },
    'Invalid value "high" for parameter \'value\' supplied',
  ],
  [updateRun, { run_id: 'r', status: 'DONE' }, 'Invalid value "DONE" for parameter \'status\' supplied.'],
  [logOutputs, { run_id: 'r' }, "Missing value for required parameter 'models'."],
  [createRun, { experiment_id: 'x1' }, "Invalid experiment ID 'x1'. Experiment ID must be a valid integer."],
])('a request is refused in MLflow words (%#)', (schema, raw, message) => {
  refuses(() => readRequest(schema, raw), message);
});

it('long values are cut', () => {
  expect(cutParams([{ key: 'k', value: 'x'.repeat(7000) }])[0]?.value).toHaveLength(6000);
  expect(cutTags([{ key: 'k', value: 'x'.repeat(9000) }])[0]?.value).toHaveLength(8000);
});

it.each<[{ tags?: object[]; [field: string]: unknown }, string]>([
  [{ name: 'x'.repeat(501) }, "'name' exceeds the maximum length of 500 characters"],
  [{ digest: 'x'.repeat(37) }, "'digest' exceeds the maximum length of 36 characters"],
  [{ source: 'x'.repeat(65_536) }, "'source' exceeds the maximum length of 65535 characters"],
  [{ schema: 'x'.repeat(1_048_576) }, "'schema' exceeds the maximum length of 1048575 characters"],
  [{ profile: 'x'.repeat(16_777_216) }, "'profile' exceeds the maximum length of 16777215 characters"],
  [{ tags: [{ key: 'x'.repeat(256), value: '' }] }, "'key' exceeds the maximum length of 255 characters"],
  [{ tags: [{ key: 'k', value: 'x'.repeat(501) }] }, "'value' exceeds the maximum length of 500 characters"],
])('a dataset has bounds (%#)', ({ tags = [], ...more }, message) => {
  const dataset = { name: 'n', digest: 'd', source_type: 't', source: 's', ...more };
  const { datasets } = readRequest(logInputs, { run_id: 'r', datasets: [{ tags, dataset }] });
  refuses(() => checkDatasets(datasets), message);
  refuses(
    () => checkDatasets(Array.from({ length: 1001 }, () => ({ ...datasets[0] }) as never)),
    'at most 1000 datasets',
  );
});
