import type { IncomingHttpHeaders } from 'node:http';
import { Access } from '@millrace/people';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, parseRequest } from '@millrace/service-kit';
import { z } from 'zod';
import { startPositions } from '../flow/endpoints-domain.ts';
import { ManageEndpoints } from '../flow/manage-endpoints.ts';
import { ServedEndpoints } from '../flow/served-endpoints.ts';
import type { EndpointView } from './endpoint-view.ts';
import { endpointView, viewEndpoint } from './endpoint-view.ts';

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'must be 1 to 100 letters, digits, "_" or "-", a letter or digit first');

const newEndpoint = z.strictObject({
  name,
  featureService: z.string().min(1),
  featureServiceVersion: z.number().int().positive().optional().describe('The latest one when absent'),
  model: z.strictObject({
    name: z.string().min(1),
    target: z
      .string()
      .regex(/^(alias|stage|version):.+$/, 'must be alias:<name>, stage:<name> or version:<number>')
      .describe('alias:champion, stage:Production or version:3'),
  }),
  startFrom: z
    .enum(startPositions)
    .default('now')
    .describe('now: vectors written since the endpoint and its first model are there; beginning: all that are kept'),
});

@Controller('api/v1/endpoints')
@ApiProblems(404, 409, 503)
export class EndpointsController {
  readonly #manage: ManageEndpoints;
  readonly #served: ServedEndpoints;
  readonly #access: Access;

  constructor(
    @Inject(ManageEndpoints) manage: ManageEndpoints,
    @Inject(ServedEndpoints) served: ServedEndpoints,
    @Inject(Access) access: Access,
  ) {
    this.#manage = manage;
    this.#served = served;
    this.#access = access;
  }

  @Post()
  @ApiJsonBody(newEndpoint, 'An endpoint: the same definition again changes nothing')
  @ApiJsonResponse(201, endpointView)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<EndpointView> {
    const endpoint = await this.#manage.create(parseRequest(newEndpoint, body), callerOf(headers));
    return viewEndpoint(endpoint, this.#served.get(endpoint.name));
  }

  @Get()
  @ApiJsonResponse(200, z.object({ endpoints: z.array(endpointView) }))
  async list(@Headers() headers: IncomingHttpHeaders): Promise<{ endpoints: EndpointView[] }> {
    const endpoints = await this.#access.seen(headers, await this.#manage.list(), ({ name: id }) => ({
      kind: 'endpoint',
      id,
    }));
    return { endpoints: endpoints.map((endpoint) => viewEndpoint(endpoint, this.#served.get(endpoint.name))) };
  }

  @Get(':name')
  @ApiJsonResponse(200, endpointView)
  async get(@Param('name') endpoint: string): Promise<EndpointView> {
    return viewEndpoint(await this.#manage.get(endpoint), this.#served.get(endpoint));
  }

  @Post(':name/redeploy')
  @HttpCode(202)
  @ApiJsonResponse(202, endpointView, 'Every instance tries the newest version again, if it was refused')
  async redeploy(@Param('name') endpoint: string, @Headers() headers: IncomingHttpHeaders): Promise<EndpointView> {
    return viewEndpoint(await this.#manage.redeploy(endpoint, callerOf(headers)), this.#served.get(endpoint));
  }

  @Delete(':name')
  @HttpCode(204)
  async delete(@Param('name') endpoint: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    await this.#manage.delete(endpoint, callerOf(headers));
  }
}
