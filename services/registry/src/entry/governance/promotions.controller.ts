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
import { stageOfTarget } from '../../flow/charge.ts';
import type { RegistryJournal } from '../../flow/ports.ts';
import { PromoteVersion } from '../../flow/promote-version.ts';
import { submitCommand } from '../../flow/registry-writes.ts';
import { modelNotFound } from '../../flow/rejections.ts';
import type { PromotionRules } from '../../flow/rules/promotion-rules.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { checkAlias, checkAliasIsFree } from '../registry-requests.ts';
import { describeVersion, versionResponse } from '../version-response.ts';
import { missingResponse, rulesResponse } from './governance-json.ts';
import * as requests from './governance-requests.ts';
import { inOwnTerms } from './own-terms.ts';

type VersionAnswer = Promise<z.infer<typeof versionResponse>>;

@ApiTags('promotion')
@ApiProblems(403, 404, 409, 503)
@Controller('api/v1/models/:name')
export class PromotionsController {
  readonly #journal: RegistryJournal;
  readonly #promote: PromoteVersion;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(PromoteVersion) promote: PromoteVersion) {
    this.#journal = journal;
    this.#promote = promote;
  }

  @Get('rules')
  @ApiJsonResponse(200, rulesResponse, 'What a version must have before it is promoted; null when all may be.')
  async rules(@Param('name') name: string): Promise<z.infer<typeof rulesResponse>> {
    const state = await this.#journal.read();
    const rules = state.rules.get(name) ?? null;
    if (rules === null && !state.models.has(name))
      throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(name).message);
    return rulesJson(name, rules);
  }

  @Put('rules')
  @ApiJsonBody(requests.rules, 'Takes the place of all rules before; what is in charge stays there')
  @ApiJsonResponse(200, rulesResponse)
  async setRules(@Param('name') name: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const rules = parseRequest(requests.rules, body);
    await inOwnTerms(submitCommand(this.#journal, { type: 'set-rules', name, rules }, callerOf(headers)));
    return rulesJson(name, rules);
  }

  @Delete('rules')
  @HttpCode(204)
  async deleteRules(@Param('name') name: string, @Headers() headers: IncomingHttpHeaders): Promise<void> {
    await inOwnTerms(submitCommand(this.#journal, { type: 'delete-rules', name }, callerOf(headers)));
  }

  @Post('promotions')
  @HttpCode(200)
  @ApiJsonBody(requests.promotion)
  @ApiJsonResponse(200, versionResponse, 'The version that is in charge now.')
  async promote(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): VersionAnswer {
    const { target, version, archiveExisting } = parseRequest(requests.promotion, body);
    const stage = stageOfTarget(target);
    const alias = target.slice('alias:'.length);
    if (stage === null) {
      checkAlias(alias);
      checkAliasIsFree(alias);
    }
    return this.#answer(
      this.#promote.run(
        stage === null
          ? { type: 'set-alias', name, alias, version }
          : { type: 'transition-stage', name, version, stage, archiveExisting },
        callerOf(headers),
      ),
    );
  }

  @Post('rollbacks')
  @HttpCode(200)
  @ApiJsonBody(requests.rollback, 'Puts the version back that was in charge before; of a stage the other is archived')
  @ApiJsonResponse(200, versionResponse, 'The version that is in charge again.')
  async rollBack(
    @Param('name') name: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): VersionAnswer {
    const { target } = parseRequest(requests.rollback, body);
    return this.#answer(this.#promote.rollBack({ name, target }, callerOf(headers)));
  }

  @Get('versions/:version/missing')
  @ApiJsonQuery(requests.missingQuery)
  @ApiJsonResponse(200, missingResponse, 'What a version lacks to be put in charge of a target.')
  async missing(
    @Param('name') name: string,
    @Param('version') version: string,
    @Query() query: unknown,
  ): Promise<z.infer<typeof missingResponse>> {
    const { target } = parseRequest(requests.missingQuery, query);
    const wanted = { name, version: requests.versionNumberOf(version), target };
    const missing = await inOwnTerms(this.#promote.missing(wanted));
    return { target, permitted: missing.length === 0, missing: [...missing] };
  }

  async #answer(promoted: ReturnType<PromoteVersion['run']>): VersionAnswer {
    const version = await inOwnTerms(promoted);
    const model = (await this.#journal.read()).models.get(version.name);
    if (model === undefined) throw new CodedError('REGISTRY_MODEL_NOT_FOUND', modelNotFound(version.name).message);
    return describeVersion(model, version);
  }
}

function rulesJson(model: string, rules: PromotionRules | null): z.infer<typeof rulesResponse> {
  if (rules === null) return { model, rules };
  const { aliases, stages, metrics, checks } = rules;
  return {
    model,
    rules: { ...rules, aliases: [...aliases], stages: [...stages], metrics: [...metrics], checks: [...checks] },
  };
}
