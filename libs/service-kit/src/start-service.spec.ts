import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post, Put } from '@nestjs/common';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiJsonBody, ApiJsonResponse, ApiProblems } from './api-docs.ts';
import { CodedError, UnavailableError } from './coded-error.ts';
import { parseRequest } from './parse-request.ts';
import { Readiness } from './readiness.ts';
import { baseConfig, textSetting, type ConfigOf } from './service-config.ts';
import { SERVICE_CONFIG, startService, type RunningService } from './start-service.ts';

const config = { service: baseConfig(0), own: z.object({ GREETING: textSetting('hello') }) };
const greetingBody = z.object({ name: z.string(), times: z.number().int().positive() });
const reply = z.object({ text: z.string() });

class Greeter {
  readonly #greeting: string;
  constructor(greeting: string) {
    this.#greeting = greeting;
  }
  greet(name: string): string {
    return `${this.#greeting} ${name}`;
  }
}

@Controller('greetings')
@ApiProblems()
class GreetingsController {
  readonly #greeter: Greeter;
  constructor(@Inject(Greeter) greeter: Greeter) {
    this.#greeter = greeter;
  }

  @Post()
  @ApiJsonBody(greetingBody)
  @ApiJsonResponse(201, reply)
  greet(@Body() body: unknown): z.infer<typeof reply> {
    return { text: this.#greeter.greet(parseRequest(greetingBody, body).name) };
  }

  @Post('hot')
  @HttpCode(200)
  async greetOften(@Body() body: unknown): Promise<{ text: string }> {
    return { text: this.#greeter.greet(parseRequest(greetingBody, body).name) };
  }

  @Get('hot/:kind')
  async failOften(@Param('kind') kind: string): Promise<never> {
    return this.fail(kind);
  }

  @Get(':kind')
  fail(@Param('kind') kind: string): never {
    if (kind === 'absent') throw new CodedError('GREETING_NOT_FOUND', 'there is no such greeting');
    if (kind === 'own') throw new CodedError('GREETING_TEAPOT', 'short and stout');
    if (kind === 'outage') throw new UnavailableError('STORE_DOWN', 'the store does not answer');
    throw new TypeError('secret inner text');
  }

  @Put('upload/:name')
  async upload(@Body() body: Readable): Promise<{ text: string }> {
    return { text: await text(body) };
  }
}

let dependencyIsUp = true;

@Module({
  controllers: [GreetingsController],
  providers: [
    {
      provide: Greeter,
      useFactory: (settings: ConfigOf<typeof config>, readiness: Readiness) => {
        readiness.add('dependency', () => ({ ok: dependencyIsUp, detail: dependencyIsUp ? 'up' : 'down' }));
        return new Greeter(settings.own.GREETING);
      },
      inject: [SERVICE_CONFIG, Readiness],
    },
  ],
})
class GreetingsModule {}

describe('a service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(
      {
        name: 'greetings',
        description: 'Greets.',
        config,
        module: GreetingsModule,
        statuses: { GREETING_TEAPOT: 418 },
        renderProblem: (found, path) =>
          path.startsWith('/foreign/') ? { status: 425, body: `${found.status} ${found.code}` } : undefined,
        hotRoutes: {
          'POST /greetings/hot': (app) => (request) =>
            app.get(GreetingsController, { strict: false }).greetOften(request.body),
          'GET /greetings/hot/:kind': (app) => (request) =>
            app.get(GreetingsController, { strict: false }).failOften((request.params as { kind: string }).kind),
        },
        streamsBody: ({ path }) => path.startsWith('/greetings/upload/'),
      },
      {
        environment: { GREETING: 'good day', MILLRACE_LOG_LEVEL: 'error', MILLRACE_MAX_BODY_BYTES: '2000' },
        handleSignals: false,
      },
    );
  });
  afterAll(() => service.close());

  const post = (body: string) =>
    fetch(`${service.url}/greetings`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const problem = async (response: Response) => ({
    status: response.status,
    contentType: response.headers.get('content-type'),
    ...((await response.json()) as { code: string; detail: string; faults: unknown[] }),
  });

  it('answers through its controllers', async () => {
    const response = await post('{"name":"Ada","times":1}');
    expect([response.status, await response.json()]).toEqual([201, { text: 'good day Ada' }]);
  });

  it('lists every fault of a body with its path', async () => {
    const found = await problem(await post('{"times":0}'));
    expect(found.status).toBe(400);
    expect(found.contentType).toContain('application/problem+json');
    expect(found.code).toBe('REQUEST_INVALID');
    expect(found.faults).toEqual([
      expect.objectContaining({ path: 'name' }),
      expect.objectContaining({ path: 'times' }),
    ]);
  });

  it.each([
    ['a bare NaN', '{"name":"a","times":NaN}', 400, 'REQUEST_MALFORMED'],
    ['a number beyond all numbers', '{"name":"a","times":1e400}', 400, 'REQUEST_INVALID'],
    ['half a document', '{"name":', 400, 'REQUEST_MALFORMED'],
    ['nothing', '', 400, 'REQUEST_INVALID'],
    ['a list', '[]', 400, 'REQUEST_INVALID'],
    ['more than the limit', JSON.stringify({ name: 'x'.repeat(3000), times: 1 }), 413, 'REQUEST_BODY_TOO_LARGE'],
  ])('refuses %s', async (_name, body, status, code) => {
    expect(await problem(await post(body))).toMatchObject({ status, code });
  });

  it('words a problem as another protocol does, with the status that it has there', async () => {
    const response = await fetch(`${service.url}/foreign/greetings`);
    expect([response.status, await response.json()]).toEqual([425, '404 ROUTE_NOT_FOUND']);
  });

  it('answers hot routes as all others, and keeps out the same', async () => {
    const hot = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${service.url}/greetings/hot`, { method: 'POST', body, headers });
    expect(await (await hot('{"name":"Ada","times":1}')).json()).toEqual({ text: 'good day Ada' });
    expect(await problem(await hot('{"times":0}'))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(await problem(await hot('{'))).toMatchObject({ status: 400, code: 'REQUEST_MALFORMED' });
    expect((await hot('{"name":"a","times":1}', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it.each([
    ['hot/absent', 404, 'GREETING_NOT_FOUND'],
    ['hot/outage', 503, 'STORE_DOWN'],
    ['hot/fault', 500, 'INTERNAL_FAULT'],
    ['absent', 404, 'GREETING_NOT_FOUND'],
    ['own', 418, 'GREETING_TEAPOT'],
    ['outage', 503, 'STORE_DOWN'],
    ['fault', 500, 'INTERNAL_FAULT'],
  ])('maps the code of %s to its status', async (kind, status, code) => {
    const response = await fetch(`${service.url}/greetings/${kind}`);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '2' : null);
    const found = await problem(response);
    expect(found).toMatchObject({ status, code });
    expect(found.detail).not.toContain('secret');
  });

  it('answers unknown routes and broken addresses with problem documents', async () => {
    expect(await problem(await fetch(`${service.url}/nowhere`))).toMatchObject({
      status: 404,
      code: 'ROUTE_NOT_FOUND',
    });
    expect(await problem(await fetch(`${service.url}/greetings/%ZZ`))).toMatchObject({ status: 400 });
  });

  it('refuses a post from a page of another site', async () => {
    const response = await fetch(`${service.url}/greetings`, {
      method: 'POST',
      body: '{"name":"a","times":1}',
      headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
    });
    expect(response.status).toBe(403);
  });

  it('gives uploads to the handler as a stream beyond the limit of bodies', async () => {
    const response = await fetch(`${service.url}/greetings/upload/a.json`, {
      method: 'PUT',
      body: 'x'.repeat(5000),
      headers: { 'content-type': 'application/json' },
    });
    expect(((await response.json()) as { text: string }).text).toHaveLength(5000);
  });

  it('tells the truth about its readiness', async () => {
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    dependencyIsUp = false;
    await expect.poll(async () => (await fetch(`${service.url}/health/ready`)).status, { timeout: 5000 }).toBe(503);
    expect(await (await fetch(`${service.url}/health/ready`)).json()).toEqual({
      status: 'not-ready',
      checks: [{ name: 'dependency', ok: false, detail: 'down' }],
    });
    dependencyIsUp = true;
    await expect.poll(async () => (await fetch(`${service.url}/health/ready`)).status, { timeout: 5000 }).toBe(200);
  });

  it('documents its routes from the schemas that check them', async () => {
    const response = await fetch(`${service.url}/docs/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    expect(document.paths['/greetings']?.['post']).toMatchObject({
      requestBody: { content: { 'application/json': { schema: { required: ['name', 'times'] } } } },
      responses: { 201: {}, 400: {} },
    });
    const page = await fetch(`${service.url}/docs`);
    expect(await page.text()).toContain('swagger-ui');
    expect((await fetch(`${service.url}/docs/swagger-ui.css`)).status).toBe(200);
  });

  it('counts its requests by route pattern', async () => {
    const exposition = await (await fetch(`${service.url}/metrics`)).text();
    expect(exposition).toContain(
      'millrace_greetings_http_request_duration_seconds_count{method="GET",route="/greetings/:kind",status="404"} 1',
    );
    expect(exposition).toContain(
      'millrace_greetings_http_request_duration_seconds_count{method="GET",route="/greetings/hot/:kind",status="404"} 1',
    );
    expect(exposition).toContain('process_cpu_user_seconds_total');
  });
});
