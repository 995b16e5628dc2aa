import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  ApiJsonBody,
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  callerOf,
  CodedError,
  parseRequest,
} from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { JudgeVersion } from '../../flow/judge-version.ts';
import type { RegistryJournal } from '../../flow/ports.ts';
import type { EvidenceCommand } from '../../flow/registry-commands.ts';
import { submitCommand } from '../../flow/registry-writes.ts';
import { findVersion } from '../../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { cardJson, cardResponse, evidenceJson, evidenceResponse } from './governance-json.ts';
import * as requests from './governance-requests.ts';
import { inOwnTerms } from './own-terms.ts';

type EvidenceAnswer = Promise<z.infer<typeof evidenceResponse>>;
type CardAnswer = Promise<z.infer<typeof cardResponse>>;

@ApiTags('promotion')
@ApiProblems(403, 404, 503)
@Controller('api/v1/models/:name/versions/:version')
export class EvidenceController {
  readonly #journal: RegistryJournal;
  readonly #judge: JudgeVersion;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(JudgeVersion) judge: JudgeVersion) {
    this.#journal = journal;
    this.#judge = judge;
  }

  @Get('evidence')
  @ApiJsonResponse(200, evidenceResponse, 'Approvals and checks of a version.')
  async evidence(@Param('name') name: string, @Param('version') version: string): EvidenceAnswer {
    const found = await this.#find(name, version);
    return evidenceJson(found.model, found.version);
  }

  @Post('approvals')
  @HttpCode(200)
  @ApiJsonBody(requests.approval, 'By the name of basic authentication; an author cannot approve a version of theirs')
  @ApiJsonResponse(200, evidenceResponse)
  async approve(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): EvidenceAnswer {
    const { comment } = parseRequest(requests.approval, body ?? {});
    const number = requests.versionNumberOf(version);
    const approval = { type: 'approve-version', name, version: number, comment } as const;
    await inOwnTerms(this.#judge.run(approval, callerOf(headers)));
    return this.evidence(name, version);
  }

  @Delete('approvals')
  @ApiJsonResponse(200, evidenceResponse, 'Takes back the approval of who asks.')
  async withdraw(
    @Param('name') name: string,
    @Param('version') version: string,
    @Headers() headers: IncomingHttpHeaders,
  ): EvidenceAnswer {
    await this.#submit({ type: 'withdraw-approval', name, version: requests.versionNumberOf(version) }, headers);
    return this.evidence(name, version);
  }

  @Put('checks/:check')
  @ApiJsonBody(requests.checkReport, 'The last report of a check counts')
  @ApiJsonResponse(200, evidenceResponse)
  async report(
    @Param() { name, version, check }: { readonly name: string; readonly version: string; readonly check: string },
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): EvidenceAnswer {
    const report = parseRequest(requests.checkReport, body);
    const at = { name, version: requests.versionNumberOf(version), check: requests.checkNameOf(check) };
    await inOwnTerms(this.#judge.run({ type: 'report-check', ...at, ...report }, callerOf(headers)));
    return this.evidence(name, version);
  }

  @Get('card')
  @ApiJsonQuery(requests.cardQuery)
  @ApiJsonResponse(200, cardResponse, 'The model card, the newest revision when none is named.')
  async card(@Param('name') name: string, @Param('version') version: string, @Query() query: unknown): CardAnswer {
    const { revision } = parseRequest(requests.cardQuery, query);
    const found = await this.#find(name, version);
    const card = cardJson(found.version, revision);
    if (card === null) {
      const which = revision === undefined ? 'no model card' : `no revision ${revision} of its model card`;
      throw new CodedError('REGISTRY_CARD_NOT_FOUND', `version ${version} of model "${name}" has ${which}`);
    }
    return card;
  }

  @Put('card')
  @ApiJsonBody(requests.card, 'A further revision; the ones before are kept')
  @ApiJsonResponse(200, cardResponse)
  async writeCard(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): CardAnswer {
    const { markdown } = parseRequest(requests.card, body);
    const number = requests.versionNumberOf(version);
    await this.#submit({ type: 'write-card', name, version: number, markdown }, headers);
    return this.card(name, version, {});
  }

  #submit(command: EvidenceCommand, headers: IncomingHttpHeaders) {
    return inOwnTerms(submitCommand(this.#journal, command, callerOf(headers)));
  }

  async #find(name: string, version: string) {
    const found = findVersion(await this.#journal.read(), name, requests.versionNumberOf(version));
    if (!found.ok) throw new CodedError('REGISTRY_VERSION_NOT_FOUND', found.message);
    return found;
  }
}
