import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  PEOPLE_JOURNAL,
  Access,
  hashOfSecret,
  newApiKey,
  submitForPeople,
  type ApiKey,
  type PeopleJournal,
} from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import * as requests from './people-requests.ts';
import { requireSelfOrAdmin } from './require-self.ts';

const dayMs = 86_400_000;

/** Keys that a user signs in with: `Authorization: Bearer mlr_…`, which is MLFLOW_TRACKING_TOKEN to MLflow's clients. */
@ApiTags('access')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/access/users/:name/keys')
export class KeysController {
  readonly #journal: PeopleJournal;
  readonly #access: Access;

  constructor(@Inject(PEOPLE_JOURNAL) journal: PeopleJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
  }

  @Get()
  @ApiJsonResponse(200, requests.keysResponse)
  async list(
    @Param('name') name: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof requests.keysResponse>> {
    await requireSelfOrAdmin(this.#access, headers, name);
    const { keys } = await this.#journal.read();
    return { keys: [...keys.values()].filter(({ user }) => user === name).map(keyJson) };
  }

  @Post()
  @ApiJsonBody(requests.newKey)
  @ApiJsonResponse(201, requests.newKeyResponse)
  async create(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof requests.newKeyResponse>> {
    const { description, expiresInDays } = parseRequest(requests.newKey, body);
    await requireSelfOrAdmin(this.#access, headers, name);
    const key = newApiKey();
    const expiresAtMs = expiresInDays === undefined ? null : Date.now() + expiresInDays * dayMs;
    const made = {
      type: 'create-key',
      id: randomUUID(),
      user: name,
      hash: hashOfSecret(key),
      description,
      expiresAtMs,
    } as const;
    // Without the client's id of the request: a repeat cannot be answered with the key, which is kept nowhere.
    const { actor } = callerOf(headers);
    const created = await submitForPeople(this.#journal, made, { actor });
    return { ...keyJson(created as ApiKey), key };
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(
    @Param('name') name: string,
    @Param('id') id: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    await requireSelfOrAdmin(this.#access, headers, name);
    const key = (await this.#journal.read()).keys.get(id);
    if (key?.user !== name) throw new CodedError('ACCESS_KEY_NOT_FOUND', `${name} has no key "${id}"`);
    await submitForPeople(this.#journal, { type: 'revoke-key', id }, callerOf(headers));
  }
}

function keyJson({ id, description, createdAtMs, expiresAtMs }: ApiKey): z.infer<typeof requests.keyResponse> {
  return { id, description, createdAtMs, expiresAtMs };
}
