import { randomBytes } from 'node:crypto';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  PEOPLE_JOURNAL,
  Access,
  isAtLeast,
  submitForPeople,
  type Named,
  type PeopleJournal,
  type ShareLink,
} from '@millrace/people';
import {
  ApiJsonBody,
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  callerOf,
  CodedError,
  parseRequest,
} from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { CompareRuns } from '../../flow/compare/compare-runs.ts';
import { comparisonRequest, shownQuery } from '../compare/compare-requests.ts';
import { comparisonJson } from '../compare/comparison-json.ts';
import { sendJsonStream } from '../send-json-stream.ts';
import { linkJson, linkResponse, linksResponse, newLink } from './share-link-requests.ts';

const dayMs = 86_400_000;

/** Links to comparisons: a link keeps what is compared, under an id that nobody guesses. */
@ApiTags('share links')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/share-links')
export class ShareLinksController {
  readonly #journal: PeopleJournal;
  readonly #access: Access;
  readonly #compare: CompareRuns;

  constructor(
    @Inject(PEOPLE_JOURNAL) journal: PeopleJournal,
    @Inject(Access) access: Access,
    @Inject(CompareRuns) compare: CompareRuns,
  ) {
    this.#journal = journal;
    this.#access = access;
    this.#compare = compare;
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
    const caller = callerOf(headers);
    const { type, id: _id, expiresAtMs: _at, ...said } = command;
    // With who asks: nobody is given the link of another who chose the same request id.
    const asked = { type, ...said, expiresInDays, by: caller.actor };
    return linkJson((await submitForPeople(this.#journal, command, { ...caller, asked })) as ShareLink);
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
    return linkJson(await this.#open(id, headers));
  }

  /** What a link is made for: the comparison of its runs as they are now. */
  @Get(':id/comparison')
  @ApiJsonQuery(shownQuery)
  async comparison(
    @Param('id') id: string,
    @Query() query: unknown,
    @Headers() headers: IncomingHttpHeaders,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { runIds, createdBy } = await this.#open(id, headers);
    const shown = parseRequest(shownQuery, query);
    if (!(await this.#access.maySee(createdBy, runs(runIds))))
      throw new CodedError(
        'SHARE_LINK_NOT_PERMITTED',
        `${createdBy}, who made this share link, may no longer see all of its runs: somebody who may can make a new one`,
      );
    const asked = comparisonRequest({ ...shown, run_ids: [...new Set(runIds)] });
    await sendJsonStream(reply, comparisonJson(await this.#compare.compare(asked)));
  }

  @Delete(':id')
  @HttpCode(204)
  async revoke(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    const asAdmin = await this.#isAdmin(headers);
    await submitForPeople(this.#journal, { type: 'revoke-link', id, asAdmin }, callerOf(headers));
  }

  async #open(id: string, headers: IncomingHttpHeaders): Promise<ShareLink> {
    const link = (await this.#journal.read()).links.get(id);
    if (link === undefined)
      throw new CodedError('SHARE_LINK_NOT_FOUND', 'there is no such share link: it was revoked, or never was');
    if (link.expiresAtMs !== null && link.expiresAtMs <= Date.now())
      throw new CodedError(
        'SHARE_LINK_EXPIRED',
        `this share link expired at ${new Date(link.expiresAtMs).toISOString()}`,
      );
    if (!link.isPublic) await this.#access.require(headers, 'viewer', runs(link.runIds));
    return link;
  }

  async #isAdmin(headers: IncomingHttpHeaders): Promise<boolean> {
    return isAtLeast(await this.#access.roleOn(headers, null), 'admin');
  }
}

function runs(ids: readonly string[]): readonly Named[] {
  return ids.map((id) => ({ kind: 'run', id }));
}
