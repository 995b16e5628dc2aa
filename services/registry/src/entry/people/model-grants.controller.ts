import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  PEOPLE_JOURNAL,
  faultOfGrantee,
  subjectKey,
  subjectRoles,
  submitForPeople,
  type PeopleJournal,
} from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { RegistryJournal } from '../../flow/ports.ts';
import { modelNotFound } from '../../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';

const role = z.enum(subjectRoles);
const grant = z.strictObject({ role });
const grantsResponse = z.object({
  grants: z.array(z.object({ user: z.string(), role, grantedBy: z.string(), grantedAtMs: z.number() })),
});

/** Roles on one model: of a user, of a user of the issuer (`oidc:…`), or of everybody (`*`). */
@ApiTags('access')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/access/models/:name/grants')
export class ModelGrantsController {
  readonly #journal: PeopleJournal;
  readonly #registry: RegistryJournal;

  constructor(@Inject(PEOPLE_JOURNAL) journal: PeopleJournal, @Inject(REGISTRY_JOURNAL) registry: RegistryJournal) {
    this.#journal = journal;
    this.#registry = registry;
  }

  /** Those of the model that has the name now. */
  @Get()
  @ApiJsonResponse(200, grantsResponse)
  async list(@Param('name') name: string): Promise<z.infer<typeof grantsResponse>> {
    const { createdAtMs } = await this.#model(name);
    const grants = (await this.#journal.read()).grants.get(subjectKey({ kind: 'model', id: name }));
    return { grants: [...(grants?.values() ?? [])].filter(({ grantedAtMs }) => grantedAtMs >= createdAtMs) };
  }

  @Put(':user')
  @HttpCode(204)
  @ApiJsonBody(grant, 'none takes away what everybody has')
  async set(
    @Param('name') name: string,
    @Param('user') user: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const given = parseRequest(grant, body);
    const fault = faultOfGrantee(user);
    if (fault !== null) throw new CodedError('REQUEST_INVALID', fault);
    await this.#set({ name, user, role: given.role }, headers);
  }

  @Delete(':user')
  @HttpCode(204)
  async remove(
    @Param('name') name: string,
    @Param('user') user: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    await this.#set({ name, user, role: null }, headers);
  }

  async #set(
    { name, user, role: given }: { name: string; user: string; role: z.infer<typeof role> | null },
    headers: IncomingHttpHeaders,
  ): Promise<void> {
    await this.#model(name);
    const subject = subjectKey({ kind: 'model', id: name });
    const command = { type: 'set-grant', subject, name: user, role: given } as const;
    await submitForPeople(this.#journal, command, callerOf(headers));
  }

  async #model(name: string) {
    const model = (await this.#registry.read()).models.get(name);
    if (model === undefined) throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(name).message);
    return model;
  }
}
