import { randomUUID } from 'node:crypto';

/** A repeat of these does nothing more either, but is told so: what each answer said is not kept. */
const answeredAnew: readonly string[] = [
  // Refused: whether it has the same password is not to be known.
  'POST /api/v1/access/users',
  // Nobody knows of the first upload, which is forgotten by itself.
  'POST /api/2.0/mlflow-artifacts/mpu/create/{path}',
  'DELETE /api/3.0/mlflow/traces/{id}/tags',
  // The time of the last update is another one.
  'PATCH /api/3.0/mlflow/traces/{id}/assessments/{assessment}',
  'POST /api/3.0/mlflow/traces/delete-traces',
  'POST /api/3.0/mlflow/datasets/{id}/records',
  'DELETE /api/3.0/mlflow/datasets/{id}/records',
];

/** Calls that change something, in an order in which each is accepted, made by an actor of its own each. */
export class AuditWalk {
  readonly #urls: Readonly<Record<'tracking' | 'registry', string>>;
  /** By route as the OpenAPI document has it: who called it. */
  readonly actors = new Map<string, string>();

  /** Routes that gave another answer to the same request under the same Idempotency-Key, with both. */
  readonly unlike = new Map<string, string>();

  constructor(urls: Readonly<Record<'tracking' | 'registry', string>>) {
    this.#urls = urls;
  }

  async run(): Promise<void> {
    await this.#experiments();
    await this.#runs();
    await this.#files();
    await this.#traces();
    await this.#datasetsAndScorers();
    await this.#sweeps();
    await this.#people();
    await this.#models();
    await this.#governance();
  }

  async #experiments(): Promise<void> {
    const mlflow = this.#posts('tracking', '/api/2.0/mlflow/experiments');
    const { experiment_id } = await mlflow('create', { name: 'walked' });
    const ofIt = { experiment_id };
    await mlflow('update', { ...ofIt, new_name: 'walked on' });
    await mlflow('set-experiment-tag', { ...ofIt, key: 'k', value: 'v' });
    await mlflow('delete-experiment-tag', { ...ofIt, key: 'k' });
    await mlflow('delete', ofIt);
    await mlflow('restore', ofIt);
  }

  async #runs(): Promise<void> {
    const mlflow = this.#posts('tracking', '/api/2.0/mlflow/runs');
    const { run } = await mlflow('create', { experiment_id: '0' });
    const { run_id } = (run as { info: { run_id: string } }).info;
    this.#runId = run_id;
    const model = await this.#send(
      'tracking',
      'POST /api/2.0/mlflow/logged-models',
      {},
      { experiment_id: '0', name: 'm' },
    );
    const { model_id: id } = (model['model'] as { info: { model_id: string } }).info;
    await mlflow('update', { run_id, run_name: 'walked' });
    await mlflow('log-metric', { run_id, key: 'm', value: 1, timestamp: 1 });
    await mlflow('log-parameter', { run_id, key: 'p', value: '1' });
    await mlflow('log-batch', { run_id, metrics: [], params: [{ key: 'q', value: '1' }], tags: [] });
    await mlflow('set-tag', { run_id, key: 't', value: '1' });
    await mlflow('delete-tag', { run_id, key: 't' });
    const dataset = { name: 'd', digest: '1', source_type: 's', source: '{}' };
    await mlflow('log-inputs', { run_id, datasets: [{ tags: [], dataset }] });
    await mlflow('outputs', { run_id, models: [{ model_id: id, step: 1 }] });
    await mlflow('log-model', {
      run_id,
      model_json: JSON.stringify({
        run_id,
        artifact_path: 'm',
        flavors: {},
        utc_time_created: '2026-01-01 00:00:00',
        model_uuid: 'u',
      }),
    });
    await mlflow('delete', { run_id });
    await mlflow('restore', { run_id });
    const one = 'api/2.0/mlflow/logged-models/{id}';
    await this.#send('tracking', `PATCH /${one}`, { id }, { status: 'LOGGED_MODEL_READY' });
    await this.#send('tracking', `PATCH /${one}/tags`, { id }, { tags: [{ key: 'k', value: 'v' }] });
    await this.#send('tracking', `DELETE /${one}/tags/{key}`, { id, key: 'k' });
    await this.#send('tracking', `POST /${one}/params`, { id }, { params: [{ key: 'p', value: '1' }] });
    await this.#send('tracking', `DELETE /${one}`, { id });
  }

  #runId = '';

  async #files(): Promise<void> {
    const path = `0/${this.#runId}/artifacts/a.txt`;
    const files = '/api/2.0/mlflow-artifacts';
    await this.#send('tracking', `PUT ${files}/artifacts/{path}`, { path }, 'content');
    await this.#send('tracking', `DELETE ${files}/artifacts/{path}`, { path });
    await this.#send(
      'tracking',
      `POST /api/2.0/mlflow/upload-artifact?run_uuid=${this.#runId}&path=b.txt`,
      {},
      'content',
    );
    const folder = `0/${this.#runId}/artifacts`;
    const upload = await this.#send(
      'tracking',
      `POST ${files}/mpu/create/{path}`,
      { path: folder },
      { path: 'c.txt', num_parts: 1 },
    );
    const [credential] = upload['credentials'] as { url: string }[];
    const part = await fetch(credential?.url ?? '', { method: 'PUT', body: 'content' });
    const parts = [{ part_number: 1, etag: part.headers.get('etag') ?? '' }];
    const whole = { path: 'c.txt', upload_id: upload['upload_id'], parts };
    await this.#send('tracking', `POST ${files}/mpu/complete/{path}`, { path: folder }, whole);
  }

  async #traces(): Promise<void> {
    const id = 'tr-00000000000000000000000000000001';
    const info = {
      trace_id: id,
      trace_location: { mlflow_experiment: { experiment_id: '0' } },
      request_time: '2026-01-01T00:00:00Z',
      state: 'OK',
    };
    const three = '/api/3.0/mlflow/traces';
    await this.#send('tracking', `POST ${three}`, {}, { trace: { trace_info: info } });
    await this.#send('tracking', `PATCH ${three}/{id}/tags`, { id }, { key: 'k', value: 'v' });
    await this.#send('tracking', `DELETE ${three}/{id}/tags`, { id }, { key: 'k' });
    const said = {
      assessment_name: 'a',
      source: { source_type: 'HUMAN', source_id: 'ada' },
      feedback: { value: true },
    };
    const made = await this.#send(
      'tracking',
      `POST ${three}/{id}/assessments`,
      { id },
      { assessment: { ...said, trace_id: id } },
    );
    const { assessment_id: assessment } = made['assessment'] as { assessment_id: string };
    const changed = { assessment: { feedback: { value: false } }, update_mask: 'feedback' };
    await this.#send('tracking', `PATCH ${three}/{id}/assessments/{assessment}`, { id, assessment }, changed);
    await this.#send('tracking', `DELETE ${three}/{id}/assessments/{assessment}`, { id, assessment });
    await this.#send('tracking', `POST ${three}/link-to-run`, {}, { trace_ids: [id], run_id: this.#runId });
    const prompt_versions = [{ name: 'p', version: '1' }];
    await this.#send('tracking', `POST ${three}/link-prompts`, {}, { trace_id: id, prompt_versions });
    const span = { traceId: '00000000000000000000000000000002', spanId: '0000000000000003', name: 's' };
    const times = { startTimeUnixNano: '1', endTimeUnixNano: '2' };
    const resourceSpans = [{ scopeSpans: [{ spans: [{ ...span, ...times }] }] }];
    await this.#send('tracking', 'POST /v1/traces', {}, { resourceSpans });
    const two = '/api/2.0/mlflow/traces';
    const begun = { experiment_id: '0', timestamp_ms: 1, request_metadata: [], tags: [] };
    const older = await this.#send('tracking', `POST ${two}`, {}, begun);
    const { request_id } = older['trace_info'] as { request_id: string };
    await this.#send('tracking', `PATCH ${two}/{id}`, { id: request_id }, { timestamp_ms: 2, status: 'OK' });
    await this.#send('tracking', `POST ${three}/delete-traces`, {}, { experiment_id: '0', request_ids: [id] });
  }

  async #datasetsAndScorers(): Promise<void> {
    const datasets = '/api/3.0/mlflow/datasets';
    const made = await this.#send('tracking', `POST ${datasets}/create`, {}, { name: 'walked', experiment_ids: ['0'] });
    const { dataset_id: id } = made['dataset'] as { dataset_id: string };
    const one = `${datasets}/{id}`;
    await this.#send('tracking', `PATCH ${one}/tags`, { id }, { tags: '{"k":"v"}' });
    await this.#send('tracking', `DELETE ${one}/tags/{key}`, { id, key: 'k' });
    await this.#send('tracking', `POST ${one}/records`, { id }, { records: '[{"inputs":{"q":"one"}}]' });
    const { records } = (await this.#ask('tracking', `${datasets}/${id}/records`)) as { records: string };
    const [record] = JSON.parse(records) as { dataset_record_id: string }[];
    const gone = { dataset_record_ids: [record?.dataset_record_id] };
    await this.#send('tracking', `DELETE ${one}/records`, { id }, gone);
    await this.#send('tracking', `POST ${one}/remove-experiments`, { id }, { experiment_ids: ['0'] });
    await this.#send('tracking', `POST ${one}/add-experiments`, { id }, { experiment_ids: ['0'] });
    await this.#send('tracking', `DELETE ${one}`, { id });
    const scorer = { experiment_id: '0', name: 'walked' };
    const serialized = { ...scorer, serialized_scorer: '{}' };
    await this.#send('tracking', 'POST /api/3.0/mlflow/scorers/register', {}, serialized);
    await this.#send('tracking', 'DELETE /api/3.0/mlflow/scorers/delete', {}, scorer);
  }

  async #sweeps(): Promise<void> {
    const sweeps = '/api/v1/sweeps';
    const space = { x: { kind: 'uniform', low: 0, high: 1 } };
    const definition = { name: 'w', experiment: 'Default', space, metric: { name: 'loss' }, budget: { trials: 2 } };
    const { id } = (await this.#send('tracking', `POST ${sweeps}`, {}, definition)) as { id: string };
    for (const step of ['pause', 'resume']) await this.#send('tracking', `POST ${sweeps}/{id}/${step}`, { id });
    await this.#send('tracking', `POST ${sweeps}/{id}/trials`, { id }, {});
    await this.#send('tracking', `POST ${sweeps}/{id}/cancel`, { id });
  }

  async #people(): Promise<void> {
    const users = '/api/v1/access/users';
    await this.#send('tracking', `POST ${users}`, {}, { name: 'walker' });
    await this.#send('tracking', `PUT /api/v1/access/roles/{name}`, { name: 'walker' }, { role: 'viewer' });
    await this.#send('tracking', `DELETE ${users}/{name}`, { name: 'walker' });
    const comments = '/api/v1/runs/{id}/comments';
    await this.#send('tracking', `POST ${comments}`, { id: this.#runId }, { text: 'odd' });
    await this.#send('tracking', 'POST /api/v1/share-links', {}, { runIds: [this.#runId], expiresInDays: 1 });
  }

  async #models(): Promise<void> {
    const models = '/api/2.0/mlflow/registered-models';
    const [name, version] = ['walked', '1'];
    const create = this.#posts('registry', models);
    await create('create', { name });
    await this.#send('registry', `PATCH ${models}/update`, {}, { name, description: 'd' });
    await create('set-tag', { name, key: 'k', value: 'v' });
    await this.#send('registry', `DELETE ${models}/delete-tag`, {}, { name, key: 'k' });
    const versions = '/api/2.0/mlflow/model-versions';
    const post = this.#posts('registry', versions);
    for (const _ of [1, 2]) await post('create', { name, source: 's3://elsewhere/model' });
    await this.#send('registry', `PATCH ${versions}/update`, {}, { name, version, description: 'd' });
    await post('set-tag', { name, version, key: 'k', value: 'v' });
    await this.#send('registry', `DELETE ${versions}/delete-tag`, {}, { name, version, key: 'k' });
    await post('transition-stage', { name, version, stage: 'Staging' });
    await this.#send('registry', `POST ${models}/alias`, {}, { name, alias: 'a', version });
    await this.#send('registry', `DELETE ${models}/alias`, {}, { name, alias: 'a' });
    await this.#send('registry', `DELETE ${versions}/delete`, {}, { name, version: '2' });
    await create('rename', { name, new_name: 'walked-on' });
    await this.#send('registry', `DELETE ${models}/delete`, {}, { name: 'walked-on' });
  }

  async #governance(): Promise<void> {
    const name = 'governed';
    await fetch(`${this.#urls.registry}/api/2.0/mlflow/registered-models/create`, jsonOf('POST', { name }, 'setup'));
    const model = '/api/v1/models/{name}';
    const source = { source: 's3://elsewhere/model' };
    for (const _ of [1, 2]) await this.#send('registry', `POST ${model}/versions`, { name }, source);
    const one = `${model}/versions/{version}`;
    const at = { name, version: '1', check: 'bias' };
    await this.#send('registry', `POST ${one}/approvals`, at, { comment: 'good' });
    await this.#send('registry', `DELETE ${one}/approvals`, at);
    await this.#send('registry', `PUT ${one}/checks/{check}`, at, { passed: true });
    await this.#send('registry', `PUT ${one}/card`, at, { markdown: '# card' });
    await this.#send('registry', `PUT ${one}/semantic-version`, at, { semanticVersion: '1.0.0' });
    const target = 'alias:champion';
    for (const version of ['1', '2'])
      await this.#send('registry', `POST ${model}/promotions`, { name }, { target, version });
    await this.#send('registry', `POST ${model}/rollbacks`, { name }, { target });
    await this.#send('registry', `PUT ${model}/rules`, { name }, { card: true });
    await this.#send('registry', `DELETE ${model}/rules`, { name });
  }

  #posts(service: 'tracking' | 'registry', prefix: string) {
    return (name: string, body: object) => this.#send(service, `POST ${prefix}/${name}`, {}, body);
  }

  async #ask(service: 'tracking' | 'registry', path: string): Promise<unknown> {
    return (await fetch(this.#urls[service] + path)).json();
  }

  /** Fails when the call is refused: of a refused one it is not certain that it came to the log. */
  async #send(
    service: 'tracking' | 'registry',
    route: string,
    values: Readonly<Record<string, string>>,
    body?: object | string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const [method = '', template = ''] = route.split(' ');
    const known = `${method} ${template.split('?')[0]}`;
    const actor = this.actors.get(known) ?? `walker-${this.actors.size}`;
    this.actors.set(known, actor);
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    const key = { 'idempotency-key': randomUUID() };
    const call = async (): Promise<{ readonly status: number; readonly text: string }> => {
      const response = await fetch(this.#urls[service] + path, jsonOf(method, body, actor, key));
      return { status: response.status, text: await response.text() };
    };
    const { status, text } = await call();
    if (status >= 300) throw new Error(`${route} answered ${status}: ${text}`);
    const again = await call();
    const isSame = again.status === status && again.text === text;
    if (!isSame && !answeredAnew.includes(known)) this.unlike.set(known, `${text} and then ${again.text}`);
    return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  }
}

/** Routes that are no questions by their method and write to no log. */
const questions = [
  /\/search(-\w+)?$/,
  /\/(get-latest-versions|batchGetInfos|calculate-filter-correlation|gateway-proxy|ui-telemetry)$/,
  /^POST \/graphql$/,
  // Parts of an upload are named by nothing until it is completed, and contents are no things of a log.
  /\/mpu\/(create|abort|parts)\//,
  /\/unused\/collect$/,
];

export function leavesNothing(route: string): boolean {
  return questions.some((one) => one.test(route));
}

export function jsonOf(
  method: string,
  body: object | string | undefined,
  actor: string,
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  return {
    method,
    headers: {
      // What OTLP asks for; other routes do not look at it.
      'x-mlflow-experiment-id': '0',
      authorization: `Basic ${Buffer.from(`${actor}:x`).toString('base64')}`,
      ...(typeof body === 'object' && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}
