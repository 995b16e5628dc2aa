import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PEOPLE_JOURNAL, Access, hashPassword, submitForPeople, type PeopleJournal, type User } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import * as requests from './people-requests.ts';
import { requireSelfOrAdmin } from './require-self.ts';

/** Who can sign in. */
@ApiTags('access')
@ApiProblems(400, 401, 403, 404, 409, 503)
@Controller('api/v1/access/users')
export class UsersController {
  readonly #journal: PeopleJournal;
  readonly #access: Access;

  constructor(@Inject(PEOPLE_JOURNAL) journal: PeopleJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
  }

  @Get()
  @ApiJsonResponse(200, requests.usersResponse)
  async list(): Promise<z.infer<typeof requests.usersResponse>> {
    const { users } = await this.#journal.read();
    return { users: [...users.values()].map((user) => this.#json(user)) };
  }

  @Post()
  @ApiJsonBody(requests.newUser)
  @ApiJsonResponse(201, requests.userResponse)
  async create(
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof requests.userResponse>> {
    const { name, password, role = null } = parseRequest(requests.newUser, body);
    const passwordHash = password === undefined ? null : await hashPassword(password);
    // Under no request id: passwords are salted, and a repeat could not be told from a request with another one.
    const { actor } = callerOf(headers);
    const user = await submitForPeople(this.#journal, { type: 'create-user', name, passwordHash, role }, { actor });
    return this.#json(user as User);
  }

  @Delete(':name')
  @HttpCode(204)
  async delete(@Param('name') name: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    await submitForPeople(this.#journal, { type: 'delete-user', name }, callerOf(headers));
  }

  @Put(':name/password')
  @HttpCode(204)
  @ApiJsonBody(requests.newPassword, 'Of oneself, or by an admin')
  async setPassword(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const { password } = parseRequest(requests.newPassword, body);
    await requireSelfOrAdmin(this.#access, headers, name);
    const passwordHash = await hashPassword(password);
    const { actor } = callerOf(headers);
    await submitForPeople(this.#journal, { type: 'set-password', name, passwordHash }, { actor });
  }

  #json({ name, passwordHash, createdBy, createdAtMs }: User): z.infer<typeof requests.userResponse> {
    const role = this.#journal.state.globalRoles.get(name) ?? null;
    return { name, role, hasPassword: passwordHash !== null, createdBy, createdAtMs };
  }
}
