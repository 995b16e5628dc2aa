import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { doesNotExist, invalidParameter, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryJournal } from '../flow/ports.ts';
import { PromoteVersion } from '../flow/promote-version.ts';
import { submitCommand } from '../flow/registry-writes.ts';
import { aliasNotFound, modelNotFound } from '../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../tokens.ts';
import { versionJson } from './mlflow-json.ts';
import * as requests from './registry-requests.ts';

@ApiTags('MLflow: aliases')
@Controller(['api/2.0/mlflow/registered-models/alias', 'ajax-api/2.0/mlflow/registered-models/alias'])
export class AliasesController {
  readonly #journal: RegistryJournal;
  readonly #promote: PromoteVersion;

  constructor(@Inject(REGISTRY_JOURNAL) journal: RegistryJournal, @Inject(PromoteVersion) promote: PromoteVersion) {
    this.#journal = journal;
    this.#promote = promote;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.setAlias)
  async set(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.setAlias, body);
    requests.checkAlias(request.alias);
    requests.checkAliasIsFree(request.alias);
    await this.#promote.run({ type: 'set-alias', ...request }, callerOf(headers));
    return {};
  }

  @Get()
  @ApiJsonQuery(requests.aliasOf)
  async get(@Query() query: unknown) {
    const { name, alias } = readRequest(requests.aliasOf, query);
    requests.checkAlias(alias);
    const model = (await this.#journal.read()).models.get(name);
    if (model === undefined) throw doesNotExist(modelNotFound(name).message);
    const version = model.versions.get(model.aliases.get(alias) ?? 0);
    if (version === undefined) throw invalidParameter(aliasNotFound(alias).message);
    return { model_version: versionJson(model, version) };
  }

  @Delete()
  @ApiJsonBody(requests.aliasOf)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.aliasOf, body);
    requests.checkAlias(request.alias);
    await submitCommand(this.#journal, { type: 'delete-alias', ...request }, callerOf(headers));
    return {};
  }
}
