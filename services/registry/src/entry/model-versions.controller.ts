import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { doesNotExist, readRequest } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryJournal } from '../flow/ports.ts';
import { seenBy } from '../flow/people/registered-subjects.ts';
import { PromoteVersion } from '../flow/promote-version.ts';
import { RegisterVersion } from '../flow/register-version.ts';
import type { RegistryCommand } from '../flow/registry-commands.ts';
import type { ModelVersion } from '../flow/registry-state.ts';
import { submitCommand } from '../flow/registry-writes.ts';
import { findVersion } from '../flow/rejections.ts';
import { searchVersions } from '../flow/search-registry.ts';
import { ARCHIVE_RETENTION_MS, REGISTRY_JOURNAL } from '../tokens.ts';
import { versionJson, versionJsonIn } from './mlflow-json.ts';
import * as requests from './registry-requests.ts';

@ApiTags('MLflow: model versions')
@Controller(['api/2.0/mlflow/model-versions', 'ajax-api/2.0/mlflow/model-versions'])
export class ModelVersionsController {
  readonly #journal: RegistryJournal;
  readonly #register: RegisterVersion;
  readonly #promote: PromoteVersion;
  readonly #retentionMs: number;
  readonly #access: Access;

  constructor(
    @Inject(REGISTRY_JOURNAL) journal: RegistryJournal,
    @Inject(RegisterVersion) register: RegisterVersion,
    @Inject(PromoteVersion) promote: PromoteVersion,
    @Inject(ARCHIVE_RETENTION_MS) retentionMs: number,
    @Inject(Access) access: Access,
  ) {
    this.#access = access;
    this.#journal = journal;
    this.#register = register;
    this.#promote = promote;
    this.#retentionMs = retentionMs;
  }

  @Post('create')
  @HttpCode(200)
  @ApiJsonBody(requests.createVersion)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.createVersion, body);
    requests.checkVersionTags(request.tags);
    const version = await this.#register.run(
      {
        name: request.name,
        source: request.source,
        runId: request.run_id || null,
        runLink: request.run_link || null,
        modelId: request.model_id || null,
        description: request.description ?? null,
        tags: request.tags,
      },
      callerOf(headers),
    );
    return this.#answer(version);
  }

  @Get('get')
  @ApiJsonQuery(requests.versionOf)
  async get(@Query() query: unknown) {
    const { model, version } = await this.#find(query);
    return { model_version: versionJson(model, version) };
  }

  @Patch('update')
  @ApiJsonBody(requests.updateVersion)
  async update(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#change({ type: 'describe-version', ...readRequest(requests.updateVersion, body) }, headers);
  }

  @Delete('delete')
  @ApiJsonBody(requests.versionOf)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.versionOf, body);
    const command = { type: 'delete-version', ...request, retentionMs: this.#retentionMs } as const;
    await submitCommand(this.#journal, command, callerOf(headers));
    return {};
  }

  @Get('search')
  @ApiJsonQuery(requests.searchVersionsRequest)
  async search(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    const {
      filter,
      order_by: orderBy,
      page_token: token,
      max_results: size,
    } = readRequest(requests.searchVersionsRequest, query);
    const sees = this.#access.sight(headers);
    const state = seenBy(await this.#journal.read(), sees);
    const { page, nextPageToken } = searchVersions(state, { filter, orderBy, token, size });
    return {
      model_versions: page.map((version) => versionJsonIn(state, version)),
      ...(nextPageToken && { next_page_token: nextPageToken }),
    };
  }

  @Get('get-download-uri')
  @ApiJsonQuery(requests.versionOf)
  async downloadUri(@Query() query: unknown) {
    const { version } = await this.#find(query);
    return { artifact_uri: version.storageLocation };
  }

  @Post('transition-stage')
  @HttpCode(200)
  @ApiJsonBody(requests.transitionStage)
  async transitionStage(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const {
      name,
      version,
      stage,
      archive_existing_versions: archiveExisting,
    } = readRequest(requests.transitionStage, body);
    const wanted = requests.stageNamed(stage);
    requests.checkArchives(wanted, archiveExisting);
    const moved = await this.#promote.run(
      { type: 'transition-stage', name, version, stage: wanted, archiveExisting },
      callerOf(headers),
    );
    return this.#answer(moved);
  }

  @Post('set-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.versionTag)
  async setTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const tag = readRequest(requests.versionTag, body);
    requests.checkVersionTags([tag]);
    await submitCommand(this.#journal, { type: 'tag-version', ...tag }, callerOf(headers));
    return {};
  }

  @Delete('delete-tag')
  @ApiJsonBody(requests.versionTagKey)
  async deleteTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const tag = readRequest(requests.versionTagKey, body);
    await submitCommand(this.#journal, { type: 'tag-version', ...tag, value: null }, callerOf(headers));
    return {};
  }

  async #find(query: unknown) {
    const { name, version } = readRequest(requests.versionOf, query);
    const found = findVersion(await this.#journal.read(), name, version);
    if (!found.ok) throw doesNotExist(found.message);
    return found;
  }

  async #change(command: RegistryCommand, headers: IncomingHttpHeaders) {
    const { result } = await submitCommand(this.#journal, command, callerOf(headers));
    return this.#answer(result as ModelVersion);
  }

  async #answer(version: ModelVersion) {
    return { model_version: versionJsonIn(await this.#journal.read(), version) };
  }
}
