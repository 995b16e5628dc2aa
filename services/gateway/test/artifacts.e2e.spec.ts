import { runServices, s3Server, testNamespace, type RunningServices, type S3Server } from '@millrace/testing';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runMlflowClient } from './run-mlflow-client.ts';

/** Whatever the routes of these tests answer. */
interface Answer {
  readonly error_code?: string;
  readonly message?: string;
  readonly run: { readonly info: { readonly run_id: string } };
  readonly model: { readonly info: { readonly model_id: string } };
  readonly experiment_id: string;
  readonly files: readonly { readonly path: string; readonly file_size?: number }[];
  readonly next_page_token?: string;
  readonly upload_id: string;
  readonly credentials: readonly { readonly url: string; readonly part_number: number }[];
  readonly parts: readonly { readonly number: number; readonly etag: string }[];
}

let folder: string;
let server: S3Server;
let services: RunningServices;
let gateway: string;
/** Dies once, when it has joined the parts of an upload and not yet named the file. */
let fragile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-artifacts-'));
  server = await s3Server(folder, 'millrace');
  const env = {
    MILLRACE_ARTIFACTS_KEPT_MS: '0',
    MILLRACE_ARTIFACTS_URL: 's3://millrace/files',
    MILLRACE_ARTIFACTS_S3_ENDPOINT: server.endpoint,
    MILLRACE_ARTIFACTS_S3_ACCESS_KEY_ID: server.accessKeyId,
    MILLRACE_ARTIFACTS_S3_SECRET_ACCESS_KEY: server.secretAccessKey,
  };
  services = await runServices(testNamespace(), ['tracking', 'registry'], { env });
  const second = await services.launch('tracking', undefined, {
    MILLRACE_CRASH_POINTS: 'tracking.after-parts-joined',
  });
  await second.ready();
  fragile = second.url;
  gateway = (await services.launch('gateway')).url;
  await vi.waitFor(() => fetch(`${gateway}/health/live`), { timeout: 120_000, interval: 100 });
});
afterAll(async () => {
  await services?.stop();
  await server?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function call(path: string, body?: unknown, url = gateway): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${url}/api/2.0/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}
async function createRun(experimentId = '0'): Promise<string> {
  const { body } = await call('mlflow/runs/create', { experiment_id: experimentId, start_time: 1 });
  return body.run.info.run_id;
}
const fileUrl = (path: string, url = gateway): string => `${url}/api/2.0/mlflow-artifacts/artifacts/${path}`;
async function put(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(fileUrl(path), { method: 'PUT', body: body as BodyInit, headers });
  return { status: response.status, body: (await response.json()) as Answer };
}
async function filesOf(runId: string, path = ''): Promise<string[]> {
  const { body } = await call(`mlflow/artifacts/list?run_id=${runId}&path=${path}`);
  return body.files.map((file) => file.path);
}
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');

const createUpload = (runId: string, count: number, url = gateway) =>
  call(`mlflow-artifacts/mpu/create/0/${runId}/artifacts/dir`, { path: '/tmp/model.bin', num_parts: count }, url);
const completeUpload = (runId: string, id: string, parts: readonly object[], url = gateway) =>
  call(`mlflow-artifacts/mpu/complete/0/${runId}/artifacts/dir`, { path: '/tmp/model.bin', upload_id: id, parts }, url);
const sendPart = (url: string, body: Buffer, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', body: body as BodyInit, headers });

describe('a file in parts', () => {
  it('goes up and down with the unmodified MLflow client', async () => {
    const runId = await createRun();
    const found = await runMlflowClient(services.env, gateway, ['parts', runId], 'mlflow_artifacts.py');
    expect(found).toEqual({
      same: true,
      listed: [['big/model/weights ü.bin', 8 * 1024 * 1024 + 5]],
      root: ['big', 'weights ü.bin'],
    });
  });

  it('is refused when parts are missing, changed or of another upload, and is gone when it is given up', async () => {
    const runId = await createRun();
    const { body: created } = await createUpload(runId, 2);
    const [first = { url: '' }] = created.credentials;
    const content = randomBytes(100);
    const wrong = await sendPart(first.url, content, { 'x-millrace-sha256': sha256('something else') });
    expect([wrong.status, ((await wrong.json()) as Answer).error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    const etag = (await sendPart(first.url, content)).headers.get('etag');
    const refusals = [
      [{ part_number: 2, etag }],
      [{ part_number: 1, etag: `"${sha256('other')}"` }],
      [{ part_number: 1, etag: 'nonsense' }],
      [
        { part_number: 1, etag },
        { part_number: 1, etag },
      ],
      [],
    ];
    for (const parts of refusals) {
      const { status, body } = await completeUpload(runId, created.upload_id, parts);
      expect([parts, status, body.error_code]).toEqual([parts, 400, 'INVALID_PARAMETER_VALUE']);
    }
    const elsewhere = await createRun();
    expect((await completeUpload(elsewhere, created.upload_id, [{ part_number: 1, etag }])).status).toBe(400);
    expect((await sendPart(first.url.replace(/\d+$/, '10001'), content)).status).toBe(400);
    expect((await createUpload(runId, 10_001)).status).toBe(400);
    expect((await createUpload('0'.repeat(32), 1)).status).toBe(404);
    const abort = { path: 'model.bin', upload_id: created.upload_id };
    const aborted = () => call(`mlflow-artifacts/mpu/abort/0/${runId}/artifacts/dir`, abort);
    expect([(await aborted()).status, (await aborted()).status]).toEqual([200, 200]);
    expect((await sendPart(first.url, content)).status).toBe(404);
    expect(await filesOf(runId)).toEqual([]);
  });
});

describe('a download', () => {
  it('goes on where it broke, by ranges of the same content', async () => {
    const runId = await createRun();
    const content = randomBytes(100_000);
    const path = `0/${runId}/artifacts/plots/roc curve.png`;
    await put(path, content);
    const url = fileUrl(path);
    const head = await fetch(url, { method: 'HEAD' });
    const etag = head.headers.get('etag') ?? '';
    const digest = Buffer.from(sha256(content), 'hex').toString('base64');
    expect(Object.fromEntries(head.headers)).toMatchObject({
      etag: `"${sha256(content)}"`,
      'accept-ranges': 'bytes',
      'content-length': '100000',
      'content-type': 'image/png',
      'content-disposition': `attachment; filename="roc curve.png"; filename*=UTF-8''roc%20curve.png`,
      'x-content-type-options': 'nosniff',
      'repr-digest': `sha-256=:${digest}:`,
      'x-millrace-sha256': sha256(content),
    });
    const ranged = async (headers: Record<string, string>) => {
      const response = await fetch(url, { headers });
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, range: response.headers.get('content-range'), body };
    };
    const tail = await ranged({ range: 'bytes=60000-', 'if-range': etag });
    expect([tail.status, tail.range]).toEqual([206, 'bytes 60000-99999/100000']);
    expect(tail.body.equals(content.subarray(60_000))).toBe(true);
    // The file is another one meanwhile: it begins anew.
    const changed = await ranged({ range: 'bytes=60000-', 'if-range': `"${sha256('old')}"` });
    expect([changed.status, changed.body.length]).toEqual([200, 100_000]);
    expect(await ranged({ range: 'bytes=100000-' })).toMatchObject({ status: 416, range: 'bytes */100000' });
    expect(await ranged({ 'if-none-match': etag })).toMatchObject({ status: 304 });
  });

  it('an upload whose bytes are not those that its headers say is not listed', async () => {
    const runId = await createRun();
    const path = `0/${runId}/artifacts/a.txt`;
    const md5 = createHash('md5').update('a').digest('base64');
    expect(await put(path, 'b', { 'content-md5': md5 })).toMatchObject({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE' },
    });
    expect(await filesOf(runId)).toEqual([]);
    expect((await put(path, 'a', { 'content-md5': md5 })).status).toBe(200);
    expect(await filesOf(runId)).toEqual(['a.txt']);
  });

  it('an upload that breaks in the middle is not listed', async () => {
    const runId = await createRun();
    for (const address of [gateway, services.url('tracking')]) {
      const { hostname, port, pathname } = new URL(fileUrl(`0/${runId}/artifacts/half.bin`, address));
      const broken = request({
        hostname,
        port,
        path: pathname,
        method: 'PUT',
        headers: { 'content-length': 1_000_000 },
      });
      broken.on('error', () => {});
      await new Promise((resolve) => broken.write(Buffer.alloc(100_000), resolve));
      broken.destroy();
    }
    await put(`0/${runId}/artifacts/whole.bin`, 'whole');
    expect(await filesOf(runId)).toEqual(['whole.bin']);
  });

  it('hundreds of megabytes go through in constant memory, both ways', async () => {
    const runId = await createRun();
    const url = fileUrl(`0/${runId}/artifacts/large.bin`, services.url('tracking'));
    const sizeBytes = 100 * 1024 ** 2;
    const block = Buffer.alloc(1024 ** 2, 7);
    const content = Readable.from(
      (function* blocks() {
        for (let sent = 0; sent < sizeBytes; sent += block.length) yield block;
      })(),
    );
    const pid = services.get('tracking').pid ?? 0;
    const peakBytes = (): number =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
    const before = peakBytes();
    const sent = await fetch(url, { method: 'PUT', body: Readable.toWeb(content) as BodyInit, duplex: 'half' });
    expect(sent.status).toBe(200);
    let received = 0;
    const answer = await fetch(url);
    for await (const chunk of answer.body ?? []) received += chunk.length;
    expect(received).toBe(sizeBytes);
    expect(peakBytes() - before).toBeLessThan(sizeBytes / 2);
  });
});

it('a quota of an experiment is kept, whoever writes at once', async () => {
  const { body } = await call('mlflow/experiments/create', {
    name: `small-${Date.now()}`,
    tags: [{ key: 'millrace.artifactQuotaBytes', value: '1000' }],
  });
  const runId = await createRun(body.experiment_id);
  const root = `${body.experiment_id}/${runId}/artifacts`;
  expect((await put(`${root}/a`, Buffer.alloc(500))).status).toBe(200);
  const refused = await put(`${root}/b`, Buffer.alloc(501));
  expect(refused).toMatchObject({ status: 413, body: { error_code: 'RESOURCE_EXHAUSTED' } });
  expect(refused.body.message).toContain('500 of its 1000 bytes are used');
  // Without a length the end of the room is seen while it arrives, and the client is still told.
  const unknown = Readable.toWeb(Readable.from([Buffer.alloc(400), Buffer.alloc(4_000_000)])) as BodyInit;
  const cut = await fetch(fileUrl(`${root}/b`), { method: 'PUT', body: unknown, duplex: 'half' });
  expect([cut.status, await filesOf(runId)]).toEqual([413, ['a']]);
  const together = await Promise.all(
    ['c', 'd', 'e', 'f'].map((name) => put(`${root}/${name}`, Buffer.alloc(200, name))),
  );
  expect(together.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(await filesOf(runId)).toHaveLength(3);
  // In the place of a file there is room for one as large.
  expect((await put(`${root}/a`, Buffer.alloc(600, 1))).status).toBe(200);
  const { body: created } = await call(`mlflow-artifacts/mpu/create/${root}`, { path: 'g', num_parts: 1 });
  const part = await fetch(created.credentials[0]?.url ?? '', { method: 'PUT', body: Buffer.alloc(10) as BodyInit });
  expect(part.status).toBe(413);
  await fetch(fileUrl(`${root}/a`), { method: 'DELETE' });
  expect((await put(`${root}/g`, Buffer.alloc(600))).status).toBe(200);
});

describe('single files, as the user interface asks for them', () => {
  it('of a run', async () => {
    const runId = await createRun();
    const upload = (query: string, body: Buffer) =>
      fetch(`${gateway}/ajax-api/2.0/mlflow/upload-artifact?${query}`, { method: 'POST', body: body as BodyInit });
    const path = 'charts/state.json';
    expect((await upload(`run_uuid=${runId}&path=${path}`, Buffer.from('{}'))).status).toBe(200);
    const found = await fetch(`${gateway}/get-artifact?run_uuid=${runId}&path=${path}`);
    expect([found.headers.get('content-type'), await found.text()]).toEqual(['text/plain', '{}']);
    const refusals: readonly (readonly [string, Buffer, string])[] = [
      [`path=${path}`, Buffer.from('x'), 'Request must specify run_id or run_uuid.'],
      [`run_id=${runId}`, Buffer.from('x'), 'Request must specify path.'],
      [`run_uuid=${runId}&path=a`, Buffer.alloc(0), 'Request must specify data.'],
      [`run_uuid=${runId}&path=a`, Buffer.alloc(10 * 1024 ** 2 + 1), 'Artifact size is too large. Max size is 10MB.'],
      [`run_uuid=${runId}&path=../a`, Buffer.from('x'), 'Invalid path'],
    ];
    for (const [query, body, message] of refusals) {
      const response = await upload(query, body);
      expect([response.status, ((await response.json()) as Answer).message]).toEqual([400, message]);
    }
    const get = async (query: string): Promise<unknown[]> => {
      const response = await fetch(`${gateway}/get-artifact?${query}`);
      return [response.status, ((await response.json()) as Answer).error_code];
    };
    expect(await get(`run_id=${runId}&path=charts`)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(await get(`run_id=${runId}&path=nothing`)).toEqual([404, 'RESOURCE_DOES_NOT_EXIST']);
    expect(await get(`run_id=${runId}&path=..%252f..%252fetc/passwd`)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(await get(`run_id=${runId}`)).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });

  it('of a logged model and of a version that is made of it', async () => {
    const { body } = await call('mlflow/logged-models', { experiment_id: '0', name: 'm' });
    const { model_id: modelId } = body.model.info;
    await put(`0/models/${modelId}/artifacts/MLmodel`, 'flavors: {}');
    const ofModel = `${gateway}/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files`;
    expect(await (await fetch(`${ofModel}?artifact_file_path=MLmodel`)).text()).toBe('flavors: {}');
    expect((await fetch(ofModel)).status).toBe(400);
    const name = `shown-${Date.now()}`;
    await call('mlflow/registered-models/create', { name });
    await call('mlflow/model-versions/create', { name, source: `models:/${modelId}` });
    const ofVersion = `${gateway}/model-versions/get-artifact?name=${name}&path=MLmodel`;
    expect(await (await fetch(`${ofVersion}&version=1`)).text()).toBe('flavors: {}');
    expect((await fetch(`${ofVersion}&version=2`)).status).toBe(404);
  });

  it('of a trace, below the place of its experiment', async () => {
    const traceId = `tr-${randomBytes(16).toString('hex')}`;
    const root = `0/traces/${traceId}/artifacts`;
    expect((await put(`nowhere/traces/${traceId}/artifacts/traces.json`, '{}')).status).toBe(404);
    expect((await call(`mlflow-artifacts/artifacts?path=${root}`)).body.files).toEqual([]);
    expect((await put(`${root}/traces.json`, '{}')).status).toBe(200);
    expect((await put(`${root}/attachments/a.png`, 'png')).status).toBe(200);
    const { body } = await call(`mlflow-artifacts/artifacts?path=${root}`);
    expect(body.files.map(({ path }) => path)).toEqual(['attachments', 'traces.json']);
    expect(await (await fetch(fileUrl(`${root}/attachments/a.png`))).text()).toBe('png');
  });

  it('a folder comes in pages when it is asked for in pages', async () => {
    const runId = await createRun();
    for (const name of ['a', 'b', 'c']) await put(`0/${runId}/artifacts/${name}`, name);
    const list = `mlflow/artifacts/list?run_id=${runId}`;
    const first = await call(`${list}&max_results=2`);
    expect(first.body.files.map(({ path }) => path)).toEqual(['a', 'b']);
    const second = await call(`${list}&max_results=2&page_token=${first.body.next_page_token}`);
    expect(second.body.files.map(({ path }) => path)).toEqual(['c']);
    expect(second.body.next_page_token).toBeUndefined();
    const other = await call(`${list}&path=x&page_token=${first.body.next_page_token}`);
    expect([other.status, other.body.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });
});

it('contents that nobody refers to any more are cleared away, all others stay', async () => {
  const [one, other] = [await createRun(), await createRun()];
  const [shared, pinned, lost] = [randomBytes(20), randomBytes(20), randomBytes(20)];
  await put(`0/${one}/artifacts/shared`, shared);
  await put(`0/${other}/artifacts/shared`, shared);
  await put(`0/${one}/artifacts/model/model.onnx`, pinned);
  await put(`0/${one}/artifacts/lost`, lost);
  const name = `pinned-${Date.now()}`;
  await call('mlflow/registered-models/create', { name });
  await call('mlflow/model-versions/create', { name, source: `runs:/${one}/model`, run_id: one });
  for (const path of ['shared', 'model', 'lost'])
    await fetch(fileUrl(`0/${one}/artifacts/${path}`), { method: 'DELETE' });
  const status = async (content: Buffer) =>
    (await fetch(`${gateway}/api/v1/artifacts/sha256/${sha256(content)}`, { method: 'HEAD' })).status;
  const collect = () => fetch(`${gateway}/api/v1/artifacts/unused/collect`, { method: 'POST' });
  // The server knows times by the second: what was put in this one is too young.
  await vi.waitFor(async () => {
    expect((await collect()).status).toBe(200);
    expect([await status(shared), await status(pinned), await status(lost)]).toEqual([200, 200, 404]);
  }, 120_000);
  expect(await (await fetch(`${gateway}/api/v1/artifacts/unused`)).json()).toMatchObject({ unused: 0 });
  expect((await put(`0/${one}/artifacts/lost`, lost)).status).toBe(200);
  expect(await status(lost)).toBe(200);
});

// Last: a dead instance keeps its share of the log for some seconds.
it('a file in parts is listed when it is complete, whichever instance took its parts, and after a crash in between', async () => {
  const runId = await createRun();
  const content = [randomBytes(400_000), randomBytes(300_000), randomBytes(7)];
  const { body: created } = await createUpload(runId, 3);
  expect(created.credentials.map(({ part_number: number }) => number)).toEqual([1, 2, 3]);
  // The addresses are those of the gateway, through which the client came.
  expect(created.credentials[0]?.url).toMatch(new RegExp(`^${gateway}/api/2.0/mlflow-artifacts/mpu/parts/`));
  const parts: { part_number: number; etag: string }[] = [];
  for (const [index, { url, part_number: number }] of created.credentials.entries()) {
    const at = index === 1 ? url.replace(gateway, fragile) : url;
    const response = await sendPart(at, content[index] ?? Buffer.alloc(0));
    expect(response.headers.get('etag')).toBe(`"${sha256(content[index] ?? '')}"`);
    parts.push({ part_number: number, etag: response.headers.get('etag') ?? '' });
  }
  expect(await filesOf(runId, 'dir')).toEqual([]);
  const arrived = (await (await fetch(`${gateway}/api/v1/artifacts/uploads/${created.upload_id}`)).json()) as Answer;
  expect(arrived.parts.map(({ etag }) => etag)).toEqual(parts.map(({ etag }) => etag));

  await expect(completeUpload(runId, created.upload_id, parts, fragile)).rejects.toThrow('fetch failed');
  expect(await filesOf(runId, 'dir')).toEqual([]);
  expect((await completeUpload(runId, created.upload_id, parts)).status).toBe(200);
  // A client that lost the answer says it again.
  expect((await completeUpload(runId, created.upload_id, parts)).status).toBe(200);
  expect(await filesOf(runId, 'dir')).toEqual(['dir/model.bin']);
  const whole = await fetch(fileUrl(`0/${runId}/artifacts/dir/model.bin`));
  expect(Buffer.from(await whole.arrayBuffer()).equals(Buffer.concat(content))).toBe(true);
});
