import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PEOPLE_JOURNAL, subjectKey, submitForPeople, type PeopleJournal } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { ExperimentsJournal } from '../../flow/ports.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import * as requests from './people-requests.ts';

/** Roles on one experiment: of a user, of a user of the issuer (`oidc:…`), or of everybody (`*`). */
@ApiTags('access')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/access/experiments/:id/grants')
export class ExperimentGrantsController {
  readonly #journal: PeopleJournal;
  readonly #experiments: ExperimentsJournal;

  constructor(
    @Inject(PEOPLE_JOURNAL) journal: PeopleJournal,
    @Inject(TRACKING_JOURNAL) experiments: ExperimentsJournal,
  ) {
    this.#journal = journal;
    this.#experiments = experiments;
  }

  @Get()
  @ApiJsonResponse(200, requests.grantsResponse)
  async list(@Param('id') id: string): Promise<z.infer<typeof requests.grantsResponse>> {
    const subject = await this.#subject(id);
    return { grants: [...((await this.#journal.read()).grants.get(subject)?.values() ?? [])] };
  }

  @Put(':name')
  @HttpCode(204)
  @ApiJsonBody(requests.grant, 'none takes away what everybody has')
  async set(
    @Param('id') id: string,
    @Param('name') named: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const { name } = parseRequest(requests.grantee, { name: named });
    const { role } = parseRequest(requests.grant, body);
    const subject = await this.#subject(id);
    await submitForPeople(this.#journal, { type: 'set-grant', subject, name, role }, callerOf(headers));
  }

  @Delete(':name')
  @HttpCode(204)
  async remove(
    @Param('id') id: string,
    @Param('name') name: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const subject = await this.#subject(id);
    await submitForPeople(this.#journal, { type: 'set-grant', subject, name, role: null }, callerOf(headers));
  }

  async #subject(id: string): Promise<string> {
    if (!(await this.#experiments.read()).experiments.has(id))
      throw new CodedError('TRACKING_EXPERIMENT_NOT_FOUND', `there is no experiment with the id "${id}"`);
    return subjectKey({ kind: 'experiment', id });
  }
}
