import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PEOPLE_JOURNAL, Access, roleOf, submitForPeople, type PeopleJournal } from '@millrace/people';
import {
  ApiJsonBody,
  ApiJsonResponse,
  ApiProblems,
  callerOf,
  parseRequest,
  SERVICE_CONFIG,
} from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { TrackingConfig } from '../../config.ts';
import * as requests from './people-requests.ts';

/** Roles on everything. */
@ApiTags('access')
@ApiProblems(400, 401, 403, 409, 503)
@Controller('api/v1/access')
export class RolesController {
  readonly #journal: PeopleJournal;
  readonly #access: Access;
  readonly #config: TrackingConfig;

  constructor(
    @Inject(PEOPLE_JOURNAL) journal: PeopleJournal,
    @Inject(Access) access: Access,
    @Inject(SERVICE_CONFIG) config: TrackingConfig,
  ) {
    this.#journal = journal;
    this.#access = access;
    this.#config = config;
  }

  @Get('me')
  @ApiJsonResponse(200, requests.meResponse, 'Who asks, as the service sees it.')
  async me(@Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof requests.meResponse>> {
    const principal = this.#access.principalOf(headers) ?? { kind: 'local', name: callerOf(headers).actor };
    const { defaultRole } = this.#config.access;
    const role = roleOf(await this.#journal.read(), { principal, subject: null, defaultRole });
    return { ...principal, role };
  }

  @Get('roles')
  @ApiJsonResponse(200, requests.rolesResponse)
  async list(): Promise<z.infer<typeof requests.rolesResponse>> {
    const { globalRoles } = await this.#journal.read();
    return { roles: [...globalRoles].map(([name, role]) => ({ name, role })) };
  }

  @Put('roles/:name')
  @HttpCode(204)
  @ApiJsonBody(requests.globalRole, 'Of a user, or of a user of the issuer: oidc:…')
  async set(
    @Param('name') named: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const { name } = parseRequest(requests.roleHolder, { name: named });
    const { role } = parseRequest(requests.globalRole, body);
    await submitForPeople(this.#journal, { type: 'set-global-role', name, role }, callerOf(headers));
  }

  @Delete('roles/:name')
  @HttpCode(204)
  async remove(@Param('name') name: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    await submitForPeople(this.#journal, { type: 'set-global-role', name, role: null }, callerOf(headers));
  }
}
