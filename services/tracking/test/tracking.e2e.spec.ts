import { runServices, testNamespace, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

interface Run {
  readonly info: { readonly run_id: string; readonly status: string };
  readonly data: {
    readonly metrics: readonly { readonly key: string; readonly value: number | string; readonly step: number }[];
    readonly params: readonly { readonly key: string; readonly value: string }[];
    readonly tags: readonly { readonly key: string; readonly value: string }[];
  };
}

/** Whatever the routes of these tests answer. */
interface Answer {
  readonly run: Run;
  readonly runs: readonly Run[];
  readonly experiment_id: string;
  readonly experiments: readonly { readonly name: string }[];
  readonly metrics: readonly { readonly step: number; readonly value: number | string; readonly run_id?: string }[];
  readonly files: readonly { readonly path: string; readonly file_size: number }[];
  readonly next_page_token?: string;
}

let services: RunningServices;
let urls: string[];

beforeAll(async () => {
  services = await runServices(testNamespace(), ['tracking']);
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
const getRun = async (url: string, id: string): Promise<Run> => (await call(url, `runs/get?run_id=${id}`)).body.run;

it('a write that one instance acknowledged is read from the other at once', async () => {
  const id = await createRun();
  for (let step = 0; step < 20; step += 1) {
    const metric = { run_id: id, key: 'm', value: step, timestamp: step, step };
    expect((await call(at(step), 'runs/log-metric', metric)).status).toBe(200);
    expect((await getRun(at(step + 1), id)).data.metrics).toEqual([
      expect.objectContaining({ key: 'm', value: step, step }),
    ]);
  }
  const found = await call(at(1), 'runs/search', {
    experiment_ids: ['0'],
    filter: `metrics.m = 19 AND run_id = '${id}'`,
  });
  expect(found.body.runs.map(({ info }) => info.run_id)).toEqual([id]);
});

it('of two values that two instances give one param at once, the first of the log stays and the other is refused', async () => {
  for (let round = 0; round < 10; round += 1) {
    const id = await createRun();
    const answers = await Promise.all(
      ['a', 'b'].map((value, index) => call(at(index), 'runs/log-parameter', { run_id: id, key: 'p', value })),
    );
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400]);
    const kept = answers[0]?.status === 200 ? 'a' : 'b';
    for (const url of urls) expect((await getRun(url, id)).data.params).toEqual([{ key: 'p', value: kept }]);
  }
});

it('a creation that is repeated under its request id makes one run, whichever instance takes it', async () => {
  const create = async (index: number) => {
    const response = await fetch(`${at(index)}/api/2.0/mlflow/runs/create`, {
      method: 'POST',
      body: JSON.stringify({ experiment_id: '0' }),
      headers: { 'content-type': 'application/json', 'idempotency-key': 'the same request' },
    });
    return ((await response.json()) as Answer).run.info.run_id;
  };
  const ids = [...(await Promise.all([create(0), create(1), create(2)])), await create(3)];
  expect(new Set(ids).size).toBe(1);
  const found = await call(at(1), 'runs/search', { experiment_ids: ['0'], filter: `run_id = '${ids[0]}'` });
  expect(found.body.runs).toHaveLength(1);
});

it('a quota of files is not passed when two instances take files at once, and what was taken back is not listed', async () => {
  const tags = [{ key: 'millrace.artifactQuotaBytes', value: '100' }];
  const { body } = await call(at(0), 'experiments/create', { name: 'small', tags });
  const { run } = (await call(at(0), 'runs/create', { experiment_id: body.experiment_id })).body;
  const root = `${body.experiment_id}/${run.info.run_id}/artifacts`;
  const put = (index: number) =>
    fetch(`${at(index)}/api/2.0/mlflow-artifacts/artifacts/${root}/f${index}`, { method: 'PUT', body: 'x'.repeat(40) });
  const answers = await Promise.all([0, 1, 2, 3].map(put));
  const taken = [0, 1, 2, 3].filter((index) => answers[index]?.status === 200);
  expect(taken.length).toBeGreaterThan(0);
  expect(taken.length).toBeLessThan(3);
  expect(answers.filter(({ status }) => status === 413)).toHaveLength(4 - taken.length);
  for (const url of urls) {
    const { files } = (await call(url, `artifacts/list?run_id=${run.info.run_id}`)).body;
    expect(files.map(({ path }) => path)).toEqual(taken.map((index) => `f${index}`));
  }
});

it('of models that are logged to one run through two instances at once none is lost', async () => {
  const id = await createRun();
  const log = (index: number) =>
    call(at(index), 'runs/log-model', { run_id: id, model_json: JSON.stringify({ model: index }) });
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map(log));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  const { tags } = (await getRun(at(1), id)).data;
  const history = tags.find(({ key }) => key === 'mlflow.log-model.history')?.value ?? '';
  const models = (JSON.parse(history) as { model: number }[]).map(({ model }) => model);
  expect(models.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
});

it('a dataset may have a profile as large as one record of the log, and a larger one is refused by name', async () => {
  const id = await createRun();
  const log = (profile: string) => {
    const dataset = { name: 'd', digest: '1', source_type: 's', source: '{}', profile };
    return call(at(0), 'runs/log-inputs', { run_id: id, datasets: [{ tags: [], dataset }] });
  };
  expect((await log('p'.repeat(4_150_000))).status).toBe(200);
  const { inputs } = (await getRun(at(1), id)) as Run & {
    inputs: { dataset_inputs: { dataset: { profile: string } }[] };
  };
  expect(inputs.dataset_inputs[0]?.dataset.profile).toHaveLength(4_150_000);
  expect(await log('p'.repeat(4_300_000))).toMatchObject({
    status: 400,
    body: { error_code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining('4194304 bytes') as string },
  });
});

it('a deleted experiment takes no writes to its runs', async () => {
  const { body } = await call(at(0), 'experiments/create', { name: 'closed' });
  const experiment = { experiment_id: body.experiment_id };
  const { run } = (await call(at(0), 'runs/create', experiment)).body;
  const tag = { run_id: run.info.run_id, key: 't', value: 'v' };
  expect((await call(at(0), 'experiments/delete', experiment)).status).toBe(200);
  expect(await call(at(1), 'runs/set-tag', tag)).toMatchObject({
    status: 400,
    body: { message: `The run ${tag.run_id} must be in the 'active' state. Current state is deleted.` },
  });
  expect((await call(at(1), 'runs/create', experiment)).status).toBe(400);
  expect((await call(at(1), 'experiments/restore', experiment)).status).toBe(200);
  expect((await call(at(0), 'runs/set-tag', tag)).status).toBe(200);
});

it('of a batch that lost to another leaves nothing behind, even when who wrote it dies before it can say so', async () => {
  const dying = await services.launch('tracking', undefined, { MILLRACE_CRASH_POINTS: 'tracking.before-void:1' });
  await dying.ready();
  let lost: string | undefined;
  for (let round = 0; round < 100 && lost === undefined; round += 1) {
    const id = await createRun();
    await getRun(dying.url, id);
    const batch = { run_id: id, params: [{ key: 'p', value: 'b' }], tags: [{ key: 'lost', value: 'yes' }] };
    const [answer] = await Promise.all([
      call(dying.url, 'runs/log-batch', batch).catch(() => 'died'),
      call(at(0), 'runs/log-parameter', { run_id: id, key: 'p', value: 'a' }),
    ]);
    if (answer === 'died') lost = id;
  }
  expect(lost).toBeDefined();
  for (const url of urls)
    expect((await getRun(url, lost ?? '')).data).toMatchObject({ params: [{ key: 'p', value: 'a' }] });
  const filter = `tags.lost = 'yes' AND run_id = '${lost}'`;
  const found = async () => (await call(at(0), 'runs/search', { experiment_ids: ['0'], filter })).body.runs.length;
  await expect.poll(found, { timeout: 120_000, interval: 500 }).toBe(0);
});

it('every acknowledged point is there, once, after both instances were killed while they were written', async () => {
  const id = await createRun();
  const acknowledged: number[] = [];
  const stop = new AbortController();
  const writer = async (offset: number): Promise<void> => {
    for (let step = offset; !stop.signal.aborted && step < 100_000; step += 2) {
      const metric = { run_id: id, key: 'loss', value: step, timestamp: step, step };
      const status = await call(at(offset), 'runs/log-metric', metric).then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 200) acknowledged.push(step);
    }
  };
  const writers = [writer(0), writer(1)];
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(60);
  await services.get('tracking').signal('SIGKILL');
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 120_000 }).toBeGreaterThan(before + 20);
  stop.abort();
  await Promise.all(writers);
  services.get('tracking').start();
  await services.get('tracking').ready();
  const { body } = await call(at(0), `metrics/get-history?run_id=${id}&metric_key=loss`);
  const steps = body.metrics.map(({ step }) => step);
  expect(new Set(steps).size).toBe(steps.length);
  expect(acknowledged.filter((step) => !steps.includes(step))).toEqual([]);
});

it('what one instance takes is found through the other at once, in a search and in a history', async () => {
  const { body: created } = await call(at(0), 'experiments/create', { name: 'found' });
  const { body: run } = await call(at(0), 'runs/create', { experiment_id: created.experiment_id });
  const id = run.run.info.run_id;
  for (let step = 0; step < 10; step += 1) {
    const metric = { run_id: id, key: 'm', value: step === 9 ? 'NaN' : step, timestamp: step, step };
    expect((await call(at(step), 'runs/log-metric', metric)).status).toBe(200);
    const filter = step === 9 ? 'metrics.m != 1' : `metrics.m = ${step}`;
    const found = await call(at(step + 1), 'runs/search', { experiment_ids: [created.experiment_id], filter });
    expect(found.body.runs.map(({ info }) => info.run_id)).toEqual([id]);
  }
  const seen: unknown[] = [];
  let token: string | undefined;
  do {
    const paged = `&max_results=4${token ? `&page_token=${token}` : ''}`;
    const { body } = await call(at(1), `metrics/get-history?run_id=${id}&metric_key=m${paged}`);
    seen.push(...body.metrics.map(({ value }) => value));
    token = body.next_page_token;
  } while (token !== undefined);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 'NaN']);

  const other = await createRun();
  await call(at(0), 'runs/log-metric', { run_id: other, key: 'm', value: 1, timestamp: 1, step: 5 });
  const bulk = await call(at(1), `metrics/get-history-bulk?run_id=${id}&run_id=${other}&metric_key=m`);
  expect(bulk.body.metrics.filter(({ run_id }) => run_id === other)).toMatchObject([{ step: 5, value: 1 }]);
  expect(bulk.body.metrics).toHaveLength(11);
  const interval = `metrics/get-history-bulk-interval?run_ids=${other}&run_ids=${id}&metric_key=m`;
  const sampled = await call(at(0), `${interval}&max_results=3&start_step=2&end_step=8`);
  expect(sampled.body.metrics.map(({ run_id, step }) => [run_id, step])).toEqual([
    [other, 5],
    [id, 2],
    [id, 5],
    [id, 8],
  ]);
  for (const refused of ['&max_results=0', '&max_results=2501', '&start_step=1', '&start_step=2&end_step=1'])
    expect((await call(at(0), interval + refused)).status).toBe(400);
  expect((await call(at(0), `${interval}&run_ids=nobody`)).status).toBe(404);
});

it('of a sweep no two workers get the same trial, and nothing that was answered is lost, over kill -9 of an instance', async () => {
  interface Trial {
    readonly number: number;
    readonly lease: string;
    readonly status: string;
    readonly runId: string;
    readonly params: { readonly x: number };
  }
  const asked = async (url: string, body: unknown, key: string) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as { id: string; trial: Trial } };
  };
  const definition = {
    name: 'races',
    experiment: 'Default',
    space: { x: { kind: 'uniform', low: 0, high: 1 } },
    metric: { name: 'loss' },
    budget: { trials: 24 },
  };
  const created = await Promise.all(urls.map((url) => asked(`${url}/api/v1/sweeps`, definition, 'races')));
  expect(created.map(({ status }) => status)).toEqual([201, 201]);
  expect(created[1]?.body).toEqual(created[0]?.body);
  const sweep = `/api/v1/sweeps/${created[0]?.body.id}`;

  // A worker sends again what had no answer, to the other instance.
  const insist = async (path: string, body: unknown, key: string) => {
    for (let attempt = Number(key.split('-').at(-1)); ; attempt += 1) {
      const answer = await asked(at(attempt) + path, body, key).catch(() => null);
      if (answer !== null && answer.status < 500) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const got: Trial[] = [];
  const worker = async (index: number): Promise<void> => {
    for (let turn = 0; turn < 6; turn += 1) {
      const { trial } = (await insist(`${sweep}/trials`, {}, `ask-${index}-${turn}`)).body;
      got.push(trial);
      if (got.length === 8) void services.get('tracking').signal('SIGKILL');
      const result = { lease: trial.lease, value: trial.params.x };
      const done = await insist(`${sweep}/trials/${trial.number}/complete`, result, `end-${index}-${turn}`);
      expect(done.status).toBe(200);
    }
  };
  await Promise.all([0, 1, 2, 3].map(worker));
  expect(got.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  services.get('tracking').start();
  await services.get('tracking').ready();

  for (const url of urls) {
    const { trials } = (await (await fetch(`${url}${sweep}/trials`)).json()) as { trials: readonly Trial[] };
    expect(trials.map(({ params, status }) => [params, status])).toEqual(
      got.toSorted((a, b) => a.number - b.number).map(({ params }) => [params, 'complete']),
    );
    expect(await (await fetch(url + sweep)).json()).toMatchObject({
      status: 'finished',
      best: { value: Math.min(...got.map(({ params }) => params.x)) },
    });
  }
  const last = got.at(-1);
  expect((await getRun(at(1), last?.runId ?? '')).data.params).toEqual([{ key: 'x', value: String(last?.params.x) }]);
  const refused = await asked(`${at(0)}${sweep}/trials/0/reports`, { lease: 'other', step: 1, value: 1 }, 'refused');
  expect(refused).toMatchObject({ status: 409, body: { code: 'SWEEPS_LEASE_CONFLICT' } });
  const unclear = await asked(`${at(0)}/api/v1/sweeps`, { ...definition, seed: 'x' }, 'unclear');
  expect(unclear).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', faults: [{ path: 'seed' }] } });
});

it('pages through runs without gaps or repeats, while others arrive', async () => {
  const { body: created } = await call(at(0), 'experiments/create', { name: 'paged' });
  const ids = new Set<string>();
  for (let index = 0; index < 7; index += 1) {
    const run = await call(at(index), 'runs/create', {
      experiment_id: created.experiment_id,
      start_time: index,
    });
    ids.add(run.body.run.info.run_id);
  }
  const seen: string[] = [];
  let token: string | undefined;
  do {
    const query = { experiment_ids: [created.experiment_id], max_results: 3, ...(token && { page_token: token }) };
    const page: Awaited<ReturnType<typeof call>> = await call(at(1), 'runs/search', query);
    expect(page.status).toBe(200);
    seen.push(...page.body.runs.map(({ info }) => info.run_id));
    token = page.body.next_page_token;
    // At the top of the list, of which the first page is read.
    await call(at(0), 'runs/create', { experiment_id: created.experiment_id, start_time: 100 });
  } while (token !== undefined);
  expect(seen).toHaveLength(7);
  expect(new Set(seen)).toEqual(ids);
});

it.each([
  ['runs/create', '{"experiment_id":', 'BAD_REQUEST'],
  ['runs/create', '{"experiment_id": "77"}', 'RESOURCE_DOES_NOT_EXIST'],
  ['runs/log-metric', '{"run_id":"a","key":"k","value":NaN,"timestamp":1}', 'BAD_REQUEST'],
  ['runs/log-metric', '{"run_id":"a","key":"k","value":1e400,"timestamp":1}', 'INVALID_PARAMETER_VALUE'],
  ['runs/log-metric', '{"run_id":"a","key":"../k","value":1,"timestamp":1}', 'INVALID_PARAMETER_VALUE'],
  [
    'runs/log-batch',
    '{"run_id":"a","params":[{"key":"p","value":"1"},{"key":"p","value":"2"}]}',
    'INVALID_PARAMETER_VALUE',
  ],
  [
    'runs/search',
    '{"experiment_ids":["0"],"filter":"params.a = \'x\'; DROP TABLE run_facts"}',
    'INVALID_PARAMETER_VALUE',
  ],
  ['runs/search', '{"experiment_ids":["0"],"max_results":60000}', 'INVALID_PARAMETER_VALUE'],
  ['runs/search', '{"experiment_ids":["0"],"page_token":"nonsense"}', 'INVALID_PARAMETER_VALUE'],
])('%s refuses %s', async (path, body, code) => {
  const response = await fetch(`${at(0)}/api/2.0/mlflow/${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(await response.json()).toMatchObject({ error_code: code });
  expect(response.status).toBeLessThan(500);
});

it('a run of a deleted experiment takes no writes on any instance until that is restored', async () => {
  const experiment = (await call(at(0), 'experiments/create', { name: 'short-lived' })).body.experiment_id;
  const { body } = await call(at(0), 'runs/create', { experiment_id: experiment });
  const id = body.run.info.run_id;
  const writes: [string, object][] = [
    ['runs/log-metric', { key: 'm', value: 1, timestamp: 1 }],
    ['runs/log-parameter', { key: 'p', value: '1' }],
    ['runs/log-batch', { tags: [{ key: 't', value: '1' }] }],
    ['runs/set-tag', { key: 't', value: '1' }],
    ['runs/delete-tag', { key: 't' }],
    ['runs/log-inputs', { models: [] }],
    ['runs/update', { status: 'FINISHED' }],
  ];
  await call(at(0), 'experiments/delete', { experiment_id: experiment });
  for (const [path, write] of writes) {
    expect([path, await call(at(1), path, { run_id: id, ...write })]).toMatchObject([
      path,
      { status: 400, body: { message: `The run ${id} must be in the 'active' state. Current state is deleted.` } },
    ]);
  }
  expect((await call(at(1), 'runs/create', { experiment_id: experiment })).status).toBe(400);
  await call(at(1), 'experiments/restore', { experiment_id: experiment });
  for (const [path, write] of writes) {
    expect([path, (await call(at(0), path, { run_id: id, ...write })).status]).toEqual([path, 200]);
  }
});

it('experiments are found by brackets and OR, on either instance and page by page', async () => {
  for (const name of ['find-a', 'find-b', 'find-c', 'other']) await call(at(0), 'experiments/create', { name });
  const query = { filter: "name LIKE 'find-%' AND (name = 'find-a' OR NOT name = 'find-b')", order_by: ['name'] };
  const first = await call(at(1), 'experiments/search', { ...query, max_results: 1 });
  expect(first.body.experiments.map(({ name }) => name)).toEqual(['find-a']);
  const second = await call(at(0), 'experiments/search', { ...query, page_token: first.body.next_page_token });
  expect(second.body.experiments.map(({ name }) => name)).toEqual(['find-c']);
  expect(second.body.next_page_token).toBeUndefined();
});

it('no path of a client leaves the artifacts of its run', async () => {
  const id = await createRun();
  const root = `${at(0)}/api/2.0/mlflow-artifacts/artifacts`;
  for (const path of [
    `0/${id}/artifacts/%2e%2e%2f%2e%2e%2fx`,
    `0/${id}/artifacts/a%00b`,
    `0/${id}/artifacts//etc/passwd`,
    'etc/passwd',
    `0/${id}/artifacts/..%5cx`,
  ]) {
    expect([path, (await fetch(`${root}/${path}`, { method: 'PUT', body: 'x' })).status]).toEqual([
      path,
      expect.toSatisfy((status: number) => status >= 400 && status < 500),
    ]);
  }
  const large = Buffer.alloc(40 * 1024 * 1024, 7);
  expect((await fetch(`${root}/0/${id}/artifacts/big/file.bin`, { method: 'PUT', body: large })).status).toBe(200);
  const listed = await call(at(1), `artifacts/list?run_id=${id}&path=big`);
  expect(listed.body.files).toEqual([{ path: 'big/file.bin', is_dir: false, file_size: large.length }]);
  const downloaded = Buffer.from(
    await (await fetch(`${at(1)}/api/2.0/mlflow-artifacts/artifacts/0/${id}/artifacts/big/file.bin`)).arrayBuffer(),
  );
  expect(downloaded.equals(large)).toBe(true);
});
