import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  PEOPLE_JOURNAL,
  Access,
  isAtLeast,
  submitForPeople,
  type PeopleJournal,
  type ShareLink,
} from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { linkJson, linkResponse, linksResponse, newLink } from './share-link-requests.ts';

const dayMs = 86_400_000;

/** Links to comparisons: a link keeps what is compared, under an id that nobody guesses. */
@ApiTags('share links')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/share-links')
export class ShareLinksController {
  readonly #journal: PeopleJournal;
  readonly #access: Access;

  constructor(@Inject(PEOPLE_JOURNAL) journal: PeopleJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
  }

  @Post()
  @ApiJsonBody(newLink)
  @ApiJsonResponse(201, linkResponse)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof linkResponse>> {
    const { runIds, comparison, public: isPublic, expiresInDays } = parseRequest(newLink, body);
    const command = {
      type: 'create-link',
      id: randomBytes(24).toString('base64url'),
      runIds,
      comparison,
      isPublic,
      expiresAtMs: expiresInDays === undefined ? null : Date.now() + expiresInDays * dayMs,
    } as const;
    const { actor } = callerOf(headers);
    return linkJson((await submitForPeople(this.#journal, command, { actor })) as ShareLink);
  }

  /** One's own; an admin sees all. */
  @Get()
  @ApiJsonResponse(200, linksResponse)
  async list(@Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof linksResponse>> {
    const { actor } = callerOf(headers);
    const all = await this.#isAdmin(headers);
    const { links } = await this.#journal.read();
    return { links: [...links.values()].filter(({ createdBy }) => all || createdBy === actor).map(linkJson) };
  }

  /** Of a link that is not public, its runs must be seen by who opens it. */
  @Get(':id')
  @ApiJsonResponse(200, linkResponse)
  async open(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof linkResponse>> {
    const link = (await this.#journal.read()).links.get(id);
    if (link === undefined)
      throw new CodedError('SHARE_LINK_NOT_FOUND', 'there is no such share link: it was revoked, or never was');
    if (link.expiresAtMs !== null && link.expiresAtMs <= Date.now())
      throw new CodedError(
        'SHARE_LINK_EXPIRED',
        `this share link expired at ${new Date(link.expiresAtMs).toISOString()}`,
      );
    if (!link.isPublic) {
      const runs = link.runIds.map((runId) => ({ kind: 'run', id: runId }) as const);
      await this.#access.require(headers, 'viewer', runs);
    }
    return linkJson(link);
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    const asAdmin = await this.#isAdmin(headers);
    await submitForPeople(this.#journal, { type: 'revoke-link', id, asAdmin }, callerOf(headers));
  }

  async #isAdmin(headers: IncomingHttpHeaders): Promise<boolean> {
    return isAtLeast(await this.#access.roleOn(headers, null), 'admin');
  }
}
