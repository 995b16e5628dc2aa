import { privateStack, runServices, testNamespace, type PrivateStack, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let stack: PrivateStack;
let services: RunningServices;

beforeAll(async () => {
  stack = await privateStack(['kafka', 'schema-registry', 'clickhouse']);
  services = await runServices(testNamespace(stack.addresses), ['tracking'], {
    env: { MILLRACE_TRACKING_READ_TIMEOUT_MS: '2000' },
  });
});
afterAll(async () => {
  await services?.stop();
  await stack?.remove();
});

interface Answer {
  readonly run: {
    readonly info: { readonly run_id: string };
    readonly data: { readonly metrics: readonly { readonly value: number }[] };
  };
  readonly runs: readonly unknown[];
  readonly error_code?: string;
}

async function call(
  path: string,
  body?: unknown,
): Promise<{ status: number; retryAfter: string | null; body: Answer }> {
  const response = await fetch(`${services.url('tracking')}/api/2.0/mlflow/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Answer,
  };
}
const statusOf = async (path: string): Promise<number> => (await fetch(services.url('tracking') + path)).status;
const logMetric = (id: string, value: number) =>
  call('runs/log-metric', { run_id: id, key: 'm', value, timestamp: value, step: value });
const search = (id: string) =>
  call('runs/search', { experiment_ids: ['0'], filter: `run_id = '${id}' AND metrics.m > 0` });

it('without ClickHouse runs are logged and read on, and what needs history says when to come again', async () => {
  const id = (await call('runs/create', { experiment_id: '0' })).body.run.info.run_id;
  await stack.servers.stop('clickhouse');
  await expect.poll(() => statusOf('/health/ready'), { timeout: 120_000 }).toBe(503);
  expect(await statusOf('/health/live')).toBe(200);
  expect((await logMetric(id, 1)).status).toBe(200);
  expect((await call(`runs/get?run_id=${id}`)).body.run.data.metrics).toMatchObject([{ value: 1 }]);
  expect(await search(id)).toMatchObject({
    status: 503,
    retryAfter: expect.stringMatching(/^\d+$/) as string,
    body: { error_code: 'TEMPORARILY_UNAVAILABLE' },
  });
  await stack.servers.start('clickhouse');
  await expect.poll(async () => (await search(id)).body.runs?.length, { timeout: 120_000, interval: 500 }).toBe(1);
  await expect.poll(() => statusOf('/health/ready'), { timeout: 120_000 }).toBe(200);
});

it('without Kafka nothing is acknowledged, and everything acknowledged is there when it is back', async () => {
  const id = (await call('runs/create', { experiment_id: '0' })).body.run.info.run_id;
  expect((await logMetric(id, 1)).status).toBe(200);
  await stack.servers.kill('kafka');
  await expect.poll(() => statusOf('/health/ready'), { timeout: 120_000 }).toBe(503);
  const refused = await logMetric(id, 2);
  expect(refused).toMatchObject({ status: 503, body: { error_code: 'TEMPORARILY_UNAVAILABLE' } });
  await stack.servers.start('kafka');
  await expect.poll(async () => (await logMetric(id, 3)).status, { timeout: 120_000, interval: 500 }).toBe(200);
  expect((await call(`runs/get?run_id=${id}`)).body.run.data.metrics).toMatchObject([{ value: 3 }]);
  await expect.poll(async () => (await search(id)).body.runs?.length, { timeout: 120_000, interval: 500 }).toBe(1);
});
