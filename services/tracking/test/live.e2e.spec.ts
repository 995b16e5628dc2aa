import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventStream, type StreamedEvent } from './event-stream.ts';

interface Run {
  readonly info: { readonly run_id: string };
}

/** Whatever the routes of these tests answer. */
interface Answer {
  readonly run: Run;
  readonly runs: readonly Run[];
  readonly experiment_id: string;
  readonly metrics: readonly unknown[];
}

interface Comparison {
  readonly runs: readonly { readonly run_id: string }[];
  readonly params: {
    readonly same: Readonly<Record<string, string>>;
    readonly differ: Readonly<Record<string, readonly string[]>>;
  };
  readonly metrics: Readonly<Record<string, { readonly min: readonly unknown[]; readonly max: readonly unknown[] }>>;
  readonly histories: readonly { readonly metric: string; readonly points: readonly (readonly unknown[])[] }[];
}

let services: RunningServices;
let urls: string[];
/** An instance that is killed takes ten seconds to be back: it happens once, in the last test. */
const checksAfterRestart: (() => Promise<void>)[] = [];

beforeAll(async () => {
  services = await runServices(testNamespace(), ['tracking'], {
    env: { MILLRACE_TRACKING_RETENTION_EVERY_MS: '500' },
  });
  const second = await services.launch('tracking');
  await second.ready();
  urls = [services.url('tracking'), second.url];
});
afterAll(() => services?.stop());

async function call(url: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}
const at = (index: number): string => urls[index % urls.length] ?? '';
async function createRun(): Promise<string> {
  const { body } = await call(at(0), 'runs/create', { experiment_id: '0', start_time: 1 });
  return body.run.info.run_id;
}

it('a subscription to an experiment tells what any instance takes, from a place on or from now', async () => {
  const { body } = await call(at(0), 'experiments/create', { name: 'listened to' });
  const experiment = { experiment_id: body.experiment_id };
  const url = (index: number, query = '') =>
    `${at(index)}/api/v1/experiments/${experiment.experiment_id}/events${query}`;
  const first = (await call(at(0), 'runs/create', experiment)).body.run.info.run_id;
  const stop = new AbortController();
  const events = eventStream(url(1), { signal: stop.signal });
  const state = (await events.next()).value as StreamedEvent;
  expect(state).toMatchObject({ event: 'state', data: { run: { info: { run_id: first } } } });
  const second = (await call(at(0), 'runs/create', experiment)).body.run.info.run_id;
  const created = (await events.next()).value as StreamedEvent;
  expect(created).toMatchObject({ event: 'write', data: { run_id: second } });
  stop.abort();
  await call(at(1), 'runs/set-tag', { run_id: first, key: 't', value: 'later' });
  const again = eventStream(url(0), { after: created.id });
  expect((await again.next()).value).toMatchObject({
    event: 'write',
    data: { run_id: first, tags: [{ value: 'later' }] },
  });
  await again.return();
  for (const [query, status] of [
    ['?states=9999', 400],
    ['?last_event_id=9/1', 400],
    ['?last_event_id=0/1,0/2', 400],
  ] as const)
    expect([query, (await fetch(url(0, query))).status]).toEqual([query, status]);
  expect((await fetch(`${at(0)}/api/v1/runs/nobody/events`)).status).toBe(404);
  expect((await fetch(`${at(0)}/api/v1/experiments/4711/events`)).status).toBe(404);
});

it('a deleted run that is purged is gone for every reader, and its id never comes back', async () => {
  const experiment = (await call(at(0), 'experiments/create', { name: 'purged' })).body.experiment_id;
  const create = async (index: number): Promise<string> => {
    const response = await fetch(`${at(index)}/api/2.0/mlflow/runs/create`, {
      method: 'POST',
      body: JSON.stringify({ experiment_id: experiment }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'purged later' },
    });
    const body = (await response.json()) as Answer & { readonly error_code?: string };
    return response.ok ? body.run.info.run_id : (body.error_code ?? '');
  };
  const purge = async (index: number, id: string) =>
    (await fetch(`${at(index)}/api/v1/runs/${id}`, { method: 'DELETE' })).status;
  const id = await create(0);
  const kept = (await call(at(0), 'runs/create', { experiment_id: experiment })).body.run.info.run_id;
  const metrics = Array.from({ length: 50 }, (_, step) => ({ key: 'm', value: step, timestamp: step, step }));
  await call(at(0), 'runs/log-batch', { run_id: id, metrics, params: [{ key: 'p', value: '1' }] });
  await call(at(0), 'runs/log-batch', { run_id: kept, metrics });
  const found = async (index: number) => {
    const { body } = await call(at(index), 'runs/search', { experiment_ids: [experiment], run_view_type: 'ALL' });
    return body.runs.map(({ info }) => info.run_id);
  };
  expect((await found(1)).length).toBe(2);
  expect(await purge(1, id)).toBe(422);
  await call(at(0), 'runs/delete', { run_id: id });
  expect(await purge(1, id)).toBe(200);
  const isGone = async (): Promise<void> => {
    for (const index of [0, 1]) {
      expect(await found(index)).toEqual([kept]);
      expect((await call(at(index), `runs/get?run_id=${id}`)).status).toBe(404);
      expect((await call(at(index), `metrics/get-history?run_id=${id}&metric_key=m`)).status).toBe(404);
      expect((await call(at(index), 'runs/restore', { run_id: id })).status).toBe(404);
      expect((await call(at(index), 'runs/set-tag', { run_id: id, key: 't', value: 'v' })).status).toBe(404);
      expect(await purge(index, id)).toBe(404);
      expect(await create(index)).toBe('RESOURCE_ALREADY_EXISTS');
    }
  };
  await isGone();
  const points = async () =>
    (await call(at(1), `metrics/get-history-bulk?run_id=${id}&metric_key=m`)).body.metrics.length;
  await expect.poll(points, { timeout: 120_000, interval: 200 }).toBe(0);
  checksAfterRestart.push(isGone, async () => {
    expect((await call(at(0), `metrics/get-history?run_id=${kept}&metric_key=m`)).body.metrics).toHaveLength(50);
  });
});

it('a thousand runs are compared in one call, with the extremes of their histories', async () => {
  const experiment = (await call(at(0), 'experiments/create', { name: 'compared' })).body.experiment_id;
  const ids: string[] = [];
  await Promise.all(
    Array.from({ length: 25 }, async (_, worker) => {
      for (let index = 0; index < 40; index += 1) {
        const run = await call(at(worker), 'runs/create', { experiment_id: experiment });
        const id = run.body.run.info.run_id;
        ids.push(id);
        const params = [
          { key: 'same', value: 'x' },
          { key: 'lr', value: String(index) },
        ];
        await call(at(worker), 'runs/log-batch', {
          run_id: id,
          params,
          metrics: [{ key: 'm', value: index, timestamp: 1, step: 0 }],
        });
      }
    }),
  );
  const spiky = ids[0] ?? '';
  const metrics = Array.from({ length: 1000 }, (_, step) => ({
    key: 'loss',
    value: step === 333 ? -50 : step === 777 ? 'NaN' : step % 7,
    timestamp: step,
    step,
  }));
  await call(at(1), 'runs/log-batch', { run_id: spiky, metrics });
  const compare = async (body: object, index = 0) => {
    const response = await fetch(`${at(index)}/api/v1/compare`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    return { status: response.status, body: (await response.json()) as Comparison };
  };
  const { status, body } = await compare({ run_ids: ids, histories: ['m', 'loss'], points: 40 });
  expect(status).toBe(200);
  expect(body.runs.map(({ run_id }) => run_id)).toEqual(ids);
  expect(body.params.same).toEqual({ same: 'x' });
  expect(new Set(body.params.differ['lr'])).toHaveLength(40);
  expect(body.metrics['loss']?.min.slice(0, 2)).toEqual([-50, null]);
  expect(body.metrics['loss']?.max[0]).toBe(6);
  expect(body.histories.filter(({ metric }) => metric === 'm')).toHaveLength(1000);
  const points = body.histories.find(({ metric }) => metric === 'loss')?.points ?? [];
  expect(points.length).toBeLessThanOrEqual(40);
  expect([points.at(0), points.at(-1)]).toEqual([
    [0, 0, 0],
    [999, 999, 999 % 7],
  ]);
  expect(points).toContainEqual([333, 333, -50]);
  expect((await compare({ run_ids: [spiky, 'nobody'] }, 1)).status).toBe(404);
  expect((await compare({ run_ids: ids, histories: ['a', 'b'], points: 2000 })).status).toBe(413);
  for (const bad of [
    { run_ids: [] },
    { run_ids: Array.from({ length: 1001 }, (_, n) => `r${n}`) },
    { run_ids: ids, points: 3 },
    { run_ids: ['../x'] },
    [],
  ])
    expect((await compare(bad)).status).toBe(400);
});

it('what a run ran in is shown in one place', async () => {
  const id = await createRun();
  const put = (path: string, body: string) =>
    fetch(`${at(0)}/api/2.0/mlflow-artifacts/artifacts/0/${id}/artifacts/${path}`, { method: 'PUT', body });
  await call(at(0), 'runs/set-tag', { run_id: id, key: 'mlflow.source.git.commit', value: 'c1' });
  await put('model/requirements.txt', 'numpy==2.4\n');
  await put('environment.json', '{"format":"millrace.environment/1","hardware":{"cpus":8}}');
  const shown = async (index: number) => (await fetch(`${at(index)}/api/v1/runs/${id}/environment`)).json();
  expect(await shown(1)).toMatchObject({
    git: { commit: 'c1' },
    packages: [{ requirements: ['numpy==2.4'] }],
    logged: { hardware: { cpus: 8 } },
    problems: [],
  });
  await put('environment.json', '{"format":"other"}');
  expect(await shown(1)).toMatchObject({ logged: null, problems: [expect.stringContaining('format')] });
});

it('deleted runs of an experiment that keeps them for no days are purged, and no others', async () => {
  const experiment = (await call(at(0), 'experiments/create', { name: 'kept for no days' })).body.experiment_id;
  const runs = [];
  for (let index = 0; index < 2; index += 1)
    runs.push((await call(at(index), 'runs/create', { experiment_id: experiment })).body.run.info.run_id);
  await call(at(0), 'runs/delete', { run_id: runs[0] });
  const tag = { experiment_id: experiment, key: 'millrace.deletedRunsKeptDays', value: '0' };
  expect((await call(at(0), 'experiments/set-experiment-tag', tag)).status).toBe(200);
  const status = async (id?: string) => (await call(at(1), `runs/get?run_id=${id}`)).status;
  await expect.poll(() => status(runs[0]), { timeout: 120_000, interval: 200 }).toBe(404);
  expect(await status(runs[1])).toBe(200);
  await call(at(0), 'experiments/delete', { experiment_id: experiment });
  await expect.poll(() => status(runs[1]), { timeout: 120_000, interval: 200 }).toBe(404);
});

it('a subscription goes on at the other instance without gap or repeat when its own is killed, and ends with the run; what was purged is still gone', async () => {
  const id = await createRun();
  const seen: StreamedEvent[] = [];
  let place: string | undefined;
  const listen = async (): Promise<void> => {
    for (let index = 0; seen.at(-1)?.event !== 'ended'; index += 1) {
      try {
        const url = `${at(index)}/api/v1/runs/${id}/events`;
        for await (const event of eventStream(url, place === undefined ? {} : { after: place })) {
          seen.push(event);
          place = event.id;
        }
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const listening = listen();
  await expect.poll(() => seen.map(({ event }) => event)).toEqual(['state']);
  const log = (index: number, step: number) =>
    call(at(index), 'runs/log-metric', { run_id: id, key: 'm', value: step, timestamp: step, step });
  for (let step = 0; step < 30; step += 1) {
    if (step === 15) {
      await expect.poll(() => seen.length, { timeout: 120_000 }).toBeGreaterThan(8);
      await services.get('tracking').signal('SIGKILL');
    }
    expect((await log(step < 15 ? step : 1, step)).status).toBe(200);
  }
  // Refused, and so never shown.
  await call(at(1), 'runs/log-parameter', { run_id: id, key: 'p', value: 'a' });
  expect((await call(at(1), 'runs/log-parameter', { run_id: id, key: 'p', value: 'b' })).status).toBe(400);
  services.get('tracking').start();
  await services.get('tracking').ready();
  expect(checksAfterRestart).toHaveLength(2);
  for (const check of checksAfterRestart) await check();
  const foreign = eventStream(`${at(0)}/api/v1/runs/${id}/events`);
  expect((await foreign.next()).value).toMatchObject({ event: 'state' });
  expect((await call(at(1), 'runs/update', { run_id: id, status: 'FINISHED' })).status).toBe(200);
  const rest = (await Array.fromAsync(foreign)).map(({ event }) => event);
  expect(rest).toEqual(['write', 'ended']);
  await listening;
  expect(seen.flatMap(({ data }) => data.metrics ?? []).map(({ step }) => step)).toEqual(
    Array.from({ length: 30 }, (_, step) => step),
  );
  expect(seen.flatMap(({ data }) => data.params ?? []).map(({ value }) => value)).toEqual(['a']);
});
