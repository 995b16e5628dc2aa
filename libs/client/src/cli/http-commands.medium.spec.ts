import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mlflowServer, runServices, type MlflowServer, type RunningServices } from '@millrace/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientTestBed, sharedData, type CliRun } from '../client-test-bed.ts';
import { HttpClient } from '../http-client.ts';
import { SourceProducer } from '../source-producer.ts';
import type { Trace } from './render-trace.ts';

let bed: ClientTestBed;
let services: RunningServices;
let folder: string;
let topic: string;
/** Starts beside the rest. */
let mlflow: Promise<MlflowServer>;
const mlflowScript = fileURLToPath(new URL('../../test/mlflow_source.py', import.meta.url));
const source = 'shop_transactions';

beforeAll(async () => {
  bed = await ClientTestBed.open();
  folder = await mkdtemp(join(tmpdir(), 'http-commands-test-'));
  topic = bed.topic('transactions');
  mlflow = mlflowServer(folder);
  mlflow.catch(() => undefined);
  services = await runServices(bed.namespace, ['tracking', 'registry', 'features'], {
    env: { MILLRACE_FEATURES_HISTORY_WAIT_MS: '100' },
    restart: true,
  });
  // Not waited for: it is ready when all services are, and two of them do not run here.
  await services.launch('gateway', Number(new URL(gatewayUrl()).port));
  await eventually(({ status }) => !status.includes('does not answer'), 'sources');
});
afterAll(async () => {
  await services?.stop();
  await bed?.[Symbol.asyncDispose]();
  await (await mlflow)[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function gatewayUrl(): string {
  return services.env['MILLRACE_GATEWAY_URL'] ?? '';
}

function cli(...args: string[]): Promise<CliRun> {
  return bed.cli(args, services.env);
}

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Asks until the answer holds what is waited for; the test's own time limit ends a wait for what never comes. */
async function eventually(holds: (run: CliRun) => boolean, ...args: string[]): Promise<CliRun> {
  for (;;) {
    const run = await cli(...args);
    if (holds(run)) return run;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function definitions() {
  const price = { op: 'column', name: 'order_price' };
  return [
    {
      kind: 'source',
      name: source,
      topic,
      id: 'EVENT_ID',
      eventTime: { column: 'EVENT_TIMESTAMP', unit: 'iso8601' },
      entity: 'ENTITY_ID',
      partitioner: 'murmur2',
    },
    { kind: 'entity', name: 'customer', key: 'ENTITY_ID', type: 'string' },
    {
      kind: 'feature-view',
      name: 'customer_spend',
      entity: 'customer',
      source,
      features: [
        { name: 'count_30d', aggregation: 'count', window: '30d' },
        { name: 'sum_30d', aggregation: 'sum', input: price, window: '30d' },
      ],
    },
    {
      kind: 'feature-service',
      name: 'purchase_risk',
      source,
      views: ['customer_spend'],
      passThrough: [{ name: 'price', expression: price }],
      startFrom: 'beginning',
    },
  ];
}

test('a file is published, definitions are applied, and every fault of wrong ones is named with its place', async () => {
  const path = sharedData('transactions.csv');
  const stream = ['publish', path, '--topic', topic, '--event-time', 'EVENT_TIMESTAMP', '--key', 'ENTITY_ID'];
  const labels = [
    '--label-column',
    'EVENT_LABEL',
    '--label-delay',
    '7d',
    '--id-column',
    'EVENT_ID',
    '--source',
    source,
  ];
  const published = await cli(...stream, ...labels);
  expect(published, published.status).toMatchObject({ code: 0 });

  const [sourceDefinition, entity, view] = definitions();
  const wrong = [
    sourceDefinition,
    entity,
    { ...view, features: [{ name: 'x', aggregation: 'median', window: 'soon' }] },
  ];
  const refused = await cli('apply', await file('wrong.json', wrong));
  expect(refused.code).toBe(1);
  expect(refused.status).toMatch(/nothing was applied: \d faults in the definitions/);
  expect(refused.status).toMatch(/\[2\] feature-view "customer_spend" features\[0\]\.aggregation: /);
  expect(refused.status).toMatch(/features\[0\]\.window: /);

  const right = await file('right.json', { definitions: definitions() });
  expect((await cli('apply', right)).out).toEqual([
    `created  source           ${source}`,
    'created  entity           customer',
    'created  feature-view     customer_spend@1',
    'created  feature-service  purchase_risk@1',
  ]);
  expect((await cli('apply', right)).out).toEqual(['nothing new: 4 definitions there already']);
});

test('definitions can be exported by a module', async () => {
  const path = await file(
    'more.mjs',
    `export default ${JSON.stringify([{ kind: 'entity', name: 'shop', key: 'merchant', type: 'string' }])};`,
  );
  expect((await cli('apply', path)).out).toEqual(['created  entity  shop']);
  const empty = await cli('apply', await file('empty.mjs', 'export const other = 1;'));
  expect(empty).toMatchObject({ code: 1, status: expect.stringContaining('exports no definitions') });
});

test('a sweep is defined from a file, shown, paused and cancelled, and every fault of a wrong one is named', async () => {
  const definition = {
    name: 'rates',
    experiment: 'Default',
    space: { rate: { kind: 'uniform', low: 1, high: 0 } },
    metric: { name: 'loss' },
    budget: { trials: 5 },
  };
  const refused = await cli('sweeps', 'create', await file('wrong-sweep.json', definition));
  expect(refused).toMatchObject({ code: 1, status: expect.stringContaining('space.rate.high: ') });
  const right = { ...definition, space: { rate: { kind: 'uniform', low: 0, high: 1 } } };
  expect((await cli('sweeps', 'create', await file('sweep.json', right))).out[0]).toMatch(/^sweep 1 is defined/);
  expect((await cli('sweeps', 'pause', '1')).out).toEqual(['sweep 1 is paused']);
  expect((await cli('sweeps')).out).toEqual(['1  rates  paused  0 of 5 trials  no result yet']);
  expect((await cli('sweeps', 'show', '1')).out[0]).toBe('sweep 1 "rates" is paused: minimise loss by tpe');
  expect((await cli('sweeps', 'cancel', '1')).out).toEqual(['sweep 1 is cancelled']);
  expect(await cli('sweeps', 'resume', '1')).toMatchObject({ code: 1, status: expect.stringContaining('cancelled') });
});

test('sources are listed with the state and lag of what reads them', async () => {
  const { out } = await eventually((run) => /running +lag 0/.test(run.out[0] ?? ''), 'sources');
  expect(out[0]).toMatch(new RegExp(`^${source} +topic ${topic} +running +lag 0 +.*purchase_risk@1$`));
});

test("an event's whole way is traced: place, features with the events inside their windows, outcome, SQL", async () => {
  const values = (await cli('watch', topic, '--from', 'beginning', '--no-follow', '--value')).out.map(
    (line) => JSON.parse(line) as { EVENT_ID: string; ENTITY_ID: string; EVENT_TIMESTAMP: string; order_price: number },
  );
  const customers = Map.groupBy(values, ({ ENTITY_ID }) => ENTITY_ID);
  const busiest = [...customers.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  const last = busiest.at(-1);
  const at = Date.parse(last?.EVENT_TIMESTAMP ?? '');
  const inside = busiest.filter(({ EVENT_TIMESTAMP }) => Date.parse(EVENT_TIMESTAMP) > at - 30 * 86_400_000);

  const id = last?.EVENT_ID ?? '';
  const hasVector = (run: CliRun): boolean => run.out.some((line) => line.startsWith('vector of purchase_risk@1'));
  const text = (await eventually(hasVector, 'trace', id)).out.join('\n');
  expect(text).toMatch(new RegExp(`^event of source ${source} at ${topic}/\\d+/\\d+`));
  expect(text).toMatch(new RegExp(`count_30d +${inside.length} +customer_spend@1 \\(.*\\] +${inside.length} event`));
  expect(text).toMatch(/price +[\d.]+ +from the event itself/);
  expect(text).toContain('no prediction yet');
  expect(text).toContain('SQL that reproduces the vector of purchase_risk@1');

  const trace = JSON.parse((await cli('trace', id, '--json')).out.join('\n')) as Trace;
  const { partition, offset } = trace.events[0]?.position ?? { partition: -1, offset: -1 };
  const byEventId = await cli('trace', `purchase_risk@1|${topic}|0|${partition}|${offset}`);
  expect(byEventId.out[0]).toBe(text.split('\n')[0]);

  const unknown = await cli('trace', 'nobody');
  expect(unknown).toMatchObject({ code: 1, status: expect.stringContaining('"nobody"') });
});

test('a dead letter is traced by its place, and comes back mended into the partition of its entity', async () => {
  const writer = await bed.bus.codec.latestWriter<object>(`${topic}-value`);
  const [example] = await bed.read<Record<string, unknown>>(topic);
  const nameless = { ...example?.value, EVENT_ID: 'mended-1', ENTITY_ID: null };
  const [offset = -1] = await bed.bus
    .producer()
    .send([
      { topic, partition: 0, key: null, value: writer?.writer.encode(nameless) ?? null, timestampMs: Date.now() },
    ]);
  const group = `features.${source}`;
  const place = `${topic}/0/${offset}`;
  await eventually(
    ({ out }) => out.some((line) => line.startsWith(`${place} `) && line.includes('missing-entity')),
    'dead-letters',
    'list',
    group,
  );
  const traced = await eventually(({ code }) => code === 0, 'trace', place);
  expect(traced.out.join('\n')).toMatch(/given up by .*\n +missing-entity: /);

  const mend = await file('mend.json', { ...nameless, ENTITY_ID: 'customer-of-mended' });
  const replayed = await cli('dead-letters', 'replay', group, '--at', place, '--mend', mend);
  expect(replayed, replayed.status).toMatchObject({ code: 0 });
  expect(replayed.out[0]).toMatch(/mended, to partition \d/);
  const mended = await eventually(({ out }) => out.some((line) => line.startsWith('vector of')), 'trace', 'mended-1');
  expect(mended.out.join('\n')).toMatch(/count_30d +1 /);
});

test('a typed producer places events where the source says', async () => {
  interface Purchase {
    readonly EVENT_ID: string;
    readonly ENTITY_ID: string;
    readonly EVENT_TIMESTAMP: string;
    readonly order_price: number;
  }
  const [example] = await bed.read<Purchase>(topic);
  const producer = await SourceProducer.connect<Purchase>(bed.bus, { gatewayUrl: gatewayUrl(), source });
  const value = { ...example?.value, EVENT_ID: 'typed-1', ENTITY_ID: 'customer-of-typed' } as Purchase;
  expect(await producer.send([value])).toHaveLength(1);
  await eventually(({ out }) => out.some((line) => line.startsWith('vector of')), 'trace', 'typed-1');
  expect(() => producer.send([{ ...value, ENTITY_ID: '' }])).toThrow(/keyed by ENTITY_ID/);
});

test('a version is put in charge of an alias and of a stage, and what is not there is said', async () => {
  const http = new HttpClient(gatewayUrl());
  await http.post('/api/2.0/mlflow/registered-models/create', { name: 'fraud' });
  for (let i = 0; i < 2; i += 1) {
    await http.post('/api/2.0/mlflow/model-versions/create', { name: 'fraud', source: 's3://elsewhere/model' });
  }
  expect((await cli('promote', 'fraud', '1', '--alias', 'champion')).out).toEqual([
    'fraud@champion is version 1 (the first one)',
  ]);
  expect((await cli('promote', 'fraud', '2', '--alias', 'champion')).out).toEqual([
    'fraud@champion is version 2 (it was version 1)',
  ]);
  expect((await cli('promote', 'fraud', '2', '--stage', 'production')).out).toEqual([
    'fraud version 2 is in stage Production',
  ]);
  const missing = await cli('promote', 'fraud', '9', '--alias', 'champion');
  expect(missing).toMatchObject({ code: 1, status: expect.stringContaining('version=9') });
  const aimless = await cli('promote', 'fraud', '1');
  expect(aimless).toMatchObject({ code: 1, status: expect.stringContaining('--alias NAME') });
  const { out } = await cli('watch', 'registry.model-promoted', '--from', 'beginning', '--limit', '3', '--value');
  expect(out.map((line) => (JSON.parse(line) as { target: string; version: string }).target)).toEqual([
    'alias:champion',
    'alias:champion',
    'stage:Production',
  ]);
});

test('a model goes back to the version before, and one that rules hold back says what it lacks until it is approved', async () => {
  expect((await cli('models', 'rollback', 'fraud', '--alias', 'champion')).out).toEqual([
    'fraud version 1 is in charge of alias:champion again',
  ]);
  const first = await cli('models', 'rollback', 'fraud', '--alias', 'champion');
  expect(first).toMatchObject({ code: 1, status: expect.stringContaining('promote one instead') });
  const aimless = await cli('models', 'rollback', 'fraud');
  expect(aimless).toMatchObject({ code: 1, status: expect.stringContaining('--alias NAME or --stage NAME') });

  const rules = { card: false, approvals: 1 };
  await fetch(`${gatewayUrl()}/api/v1/models/fraud/rules`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rules),
  });
  const lacking = await cli('models', 'missing', 'fraud', '2', '--alias', 'champion');
  expect(lacking).toMatchObject({ code: 1, out: [expect.stringContaining('0 of 1 approvals')] });
  expect((await cli('models', 'approve', 'fraud', '2', '--comment', 'good')).out).toEqual([
    'fraud version 2 is approved',
  ]);
  expect((await cli('models', 'missing', 'fraud', '2', '--alias', 'champion')).out).toEqual([
    'fraud version 2 may be promoted to alias:champion',
  ]);
});

test('contents that nothing refers to are counted, and removed when that is asked for', async () => {
  expect((await cli('collect-artifacts', '--dry-run')).out[0]).toMatch(/^[\d,]+ contents? examined, 0 contents unref/);
  expect((await cli('collect-artifacts')).out[0]).toMatch(/^[\d,]+ contents? examined, 0 contents removed \(0\.0 MB\)/);
});

/** The address of the gateway by another name, whose client is killed instead of being heard at the n-th request of a kind. */
async function deadlyRelay(
  kind: string,
  nth: number,
): Promise<{ url: string; kills(child: ChildProcess): Promise<void> }> {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const { hostname, port } = new URL(gatewayUrl());
  let seen = 0;
  const relay = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (chunk: Buffer) => {
      if (chunk.toString('latin1').startsWith(kind) && (seen += 1) === nth) resolve();
      if (seen < nth) upstream.write(chunk);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    kills: async (child) => {
      const exited = once(child, 'exit');
      await Promise.race([reached, exited]);
      child.kill('SIGKILL');
      expect((await exited)[1]).toBe('SIGKILL');
      relay.close();
    },
  };
}

describe('what an MLflow server holds', () => {
  let server: MlflowServer;
  let parent: string;
  let command: string[];
  const there = 'runs: 0 copied, 17 there already';

  beforeAll(async () => {
    server = await mlflow;
    command = ['import', 'mlflow', server.url, '--checkpoint', join(folder, 'checkpoint')];
    ({ parent } = await server.python<{ parent: string }>(mlflowScript, 'fill', server.url));
  });

  test(
    'is copied whole, also when the copying is killed again and again, and once more changes nothing',
    { timeout: 120_000 },
    async () => {
      const planned = await cli(...command, '--dry-run');
      expect(planned, planned.status).toMatchObject({ code: 0 });
      expect(planned.out).toEqual(
        expect.arrayContaining([
          'runs: 17 to copy, 0 there already',
          'traces: 4 to copy, 0 there already',
          'models: 4 to copy, 0 there already',
        ]),
      );

      const main = fileURLToPath(new URL('main.ts', import.meta.url));
      for (const [kind, nth] of [
        ['POST /api/v1/import/runs', 6],
        ['PUT /api/2.0/mlflow-artifacts', 2],
        ['POST /api/3.0/mlflow/traces HTTP', 2],
        ['POST /api/v1/import/model-versions', 2],
      ] as const) {
        const relay = await deadlyRelay(kind, nth);
        const args = ['--conditions=source', main, ...command, '--to', relay.url];
        await relay.kills(spawn(process.execPath, args, { env: { ...process.env, ...services.env }, stdio: 'ignore' }));
      }

      const resumed = await cli(...command);
      expect(resumed, resumed.status).toMatchObject({ code: 0 });
      const compared = await server.python(mlflowScript, 'compare', server.url, gatewayUrl());
      expect(compared).toEqual({ runs: 17, traces: 4, differences: [] });

      for (const options of [[], ['--recheck'], ['--checkpoint', join(folder, 'another')]]) {
        const { code, out, status } = await cli(...command, ...options);
        expect([code, status]).toEqual([0, '']);
        expect(out).toEqual(
          expect.arrayContaining([there, 'traces: 0 copied, 4 there already', 'versions: 0 copied, 6 there already']),
        );
        expect(out.at(-1)).toBe('nothing new: everything was there already, nothing was changed');
      }
    },
  );

  test('is not written over what is here, and passes no promotion rules', async () => {
    const [source, here] = [new HttpClient(server.url), new HttpClient(gatewayUrl())];
    const api = '/api/2.0/mlflow';
    await here.post(`${api}/runs/set-tag`, { run_id: parent, key: 'note', value: 'mine' });
    await source.post(`${api}/runs/log-metric`, { run_id: parent, key: 'late', value: 1, timestamp: 1, step: 0 });
    for (const server of [source, here]) await server.post(`${api}/registered-models/create`, { name: 'of both' });
    await source.post(`${api}/model-versions/create`, {
      name: 'guarded',
      source: `runs:/${parent}/files`,
      run_id: parent,
    });
    for (const alias of ['champion', 'next'])
      await source.post(`${api}/registered-models/alias`, { name: 'guarded', alias, version: '2' });
    await fetch(`${gatewayUrl()}/api/v1/models/guarded/rules`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ aliases: ['*'], card: true }),
    });

    const { code, out, status } = await cli(...command);
    expect(code).toBe(1);
    expect(status).toContain(`problem: run ${parent} has other tags here, which stay: note\n`);
    expect(status).toContain('problem: model "of both" is another one here');
    expect(status).toContain('problem: alias "champion" of model "guarded" is version 1 here and 2 there: it stays\n');
    expect(out).toEqual(expect.arrayContaining(['runs: 0 copied, 1 completed, 17 there already']));
    expect(out.join('\n')).toMatch(
      /note: version 2 of model "guarded" is not put in charge of alias next: .*the model card is missing/,
    );
    const guarded = await here.get(`${api}/registered-models/get?name=guarded`);
    expect(guarded).toMatchObject({ registered_model: { aliases: [{ alias: 'champion', version: '1' }] } });
    expect(await here.get(`${api}/model-versions/get?name=guarded&version=2`)).toMatchObject({
      model_version: { run_id: parent, current_stage: 'None' },
    });
    const { run } = (await here.get(`${api}/runs/get?run_id=${parent}`)) as {
      run: { info: object; data: { tags: object[]; metrics: object[] } };
    };
    expect(run.data.tags).toContainEqual({ key: 'note', value: 'mine' });
    expect(run.data.metrics).toContainEqual(expect.objectContaining({ key: 'late' }));

    const stranger = { runId: parent, experimentId: '1', name: 'x', status: 'RUNNING', startTimeMs: 1 };
    await expect(here.post('/api/v1/import/runs', stranger)).rejects.toMatchObject({
      status: 409,
      code: 'TRACKING_IMPORT_CONFLICT',
      message: expect.stringContaining('start_time is') as string,
    });
    const nowhere = { ...stranger, runId: '0'.repeat(32), experimentId: '999' };
    await expect(here.post('/api/v1/import/runs', nowhere)).rejects.toMatchObject({
      status: 404,
      code: 'TRACKING_EXPERIMENT_NOT_FOUND',
    });
    await expect(here.post('/api/v1/import/registered-models', { name: 'a/b' })).rejects.toMatchObject({ status: 400 });
  });

  test('can be looked for in vain', async () => {
    const unknown = await cli(...command, '--experiment', 'nobody');
    expect(unknown).toMatchObject({ code: 1, status: expect.stringContaining('no experiment "nobody"') });
    const itself = await cli('import', 'mlflow', gatewayUrl());
    expect(itself).toMatchObject({ code: 1, status: expect.stringContaining('copied into itself') });
  });
});

test('the status names every service, what is not ready and why, the sources and the addresses', async () => {
  const { code, out } = await cli('status');
  const text = out.join('\n');
  expect(code).toBe(1);
  expect(text).toMatch(/^gateway +NOT READY +/m);
  expect(text).toMatch(/^tracking +ready +/m);
  expect(text).toMatch(/^drift +NOT READY +.*drift/m);
  expect(text).toMatch(new RegExp(`^ +${source} +running +lag 0`, 'm'));
  expect(text).toContain(services.env['MILLRACE_KAFKA_BROKERS']);
});

test('a source is resumed only when a new generation is asked for and it cannot go on otherwise', async () => {
  const refused = await cli('sources', 'resume', source);
  expect(refused).toMatchObject({ code: 1, status: expect.stringContaining('--new-generation') });
  const healthy = await cli('sources', 'resume', source, '--new-generation');
  expect(healthy).toMatchObject({ code: 1, status: expect.stringContaining('is not stopped') });
  const unknown = await cli('sources', 'resume', 'nobody', '--new-generation');
  expect(unknown).toMatchObject({ code: 1, status: expect.stringContaining('"nobody"') });
});
