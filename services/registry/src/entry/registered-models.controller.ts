import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { doesNotExist, readRequest } from '@millrace/mlflow-protocol';
import { PEOPLE_JOURNAL, Access, submitForPeople, type PeopleJournal } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { RegistryJournal } from '../flow/ports.ts';
import type { RegistryCommand } from '../flow/registry-commands.ts';
import { latestVersions, type RegisteredModel } from '../flow/registry-state.ts';
import { submitCommand } from '../flow/registry-writes.ts';
import { seenBy } from '../flow/people/registered-subjects.ts';
import { modelNotFound } from '../flow/rejections.ts';
import { searchModels } from '../flow/search-registry.ts';
import { ARCHIVE_RETENTION_MS, REGISTRY_JOURNAL } from '../tokens.ts';
import { modelJson, versionJson } from './mlflow-json.ts';
import * as requests from './registry-requests.ts';

@ApiTags('MLflow: registered models')
@Controller(['api/2.0/mlflow/registered-models', 'ajax-api/2.0/mlflow/registered-models'])
export class RegisteredModelsController {
  readonly #journal: RegistryJournal;
  readonly #retentionMs: number;
  readonly #access: Access;
  readonly #people: PeopleJournal;

  constructor(
    @Inject(REGISTRY_JOURNAL) journal: RegistryJournal,
    @Inject(ARCHIVE_RETENTION_MS) retentionMs: number,
    @Inject(Access) access: Access,
    @Inject(PEOPLE_JOURNAL) people: PeopleJournal,
  ) {
    this.#journal = journal;
    this.#retentionMs = retentionMs;
    this.#access = access;
    this.#people = people;
  }

  @Post('create')
  @HttpCode(200)
  @ApiJsonBody(requests.createModel)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.createModel, body);
    requests.checkTags(request.tags);
    return this.#change({ type: 'create-model', ...request }, headers);
  }

  @Get('get')
  @ApiJsonQuery(requests.nameOnly)
  async get(@Query() query: unknown) {
    const { name } = readRequest(requests.nameOnly, query);
    return { registered_model: modelJson(await this.#find(name)) };
  }

  @Patch('update')
  @ApiJsonBody(requests.updateModel)
  async update(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#change({ type: 'describe-model', ...readRequest(requests.updateModel, body) }, headers);
  }

  @Post('rename')
  @HttpCode(200)
  @ApiJsonBody(requests.renameModel)
  async rename(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { name, new_name: newName } = readRequest(requests.renameModel, body);
    const renamed = await this.#change({ type: 'rename-model', name, newName }, headers);
    // Whoever repeats the request after a crash in between moves them then; until then they are of nobody's use.
    await submitForPeople(this.#people, { type: 'move-model', from: name, to: newName }, callerOf(headers));
    return renamed;
  }

  @Delete('delete')
  @ApiJsonBody(requests.nameOnly)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { name } = readRequest(requests.nameOnly, body);
    const command = { type: 'delete-model', name, retentionMs: this.#retentionMs } as const;
    await submitCommand(this.#journal, command, callerOf(headers));
    return {};
  }

  @Get('search')
  @ApiJsonQuery(requests.searchModelsRequest)
  async search(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    const {
      filter,
      order_by: orderBy,
      page_token: token,
      max_results: size,
    } = readRequest(requests.searchModelsRequest, query);
    const sees = this.#access.sight(headers);
    const { page, nextPageToken } = searchModels(seenBy(await this.#journal.read(), sees), {
      filter,
      orderBy,
      token,
      size,
    });
    return { registered_models: page.map(modelJson), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }

  @Post('get-latest-versions')
  @HttpCode(200)
  @ApiJsonBody(requests.latestVersionsOf)
  async latestVersions(@Body() body: unknown) {
    return this.#latest(body);
  }

  @Get('get-latest-versions')
  @ApiJsonQuery(requests.latestVersionsOf)
  async latestVersionsByQuery(@Query() query: unknown) {
    return this.#latest(query);
  }

  @Post('set-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.modelTag)
  async setTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const tag = readRequest(requests.modelTag, body);
    requests.checkTags([tag]);
    await submitCommand(this.#journal, { type: 'tag-model', ...tag }, callerOf(headers));
    return {};
  }

  @Delete('delete-tag')
  @ApiJsonBody(requests.modelTagKey)
  async deleteTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const tag = readRequest(requests.modelTagKey, body);
    await submitCommand(this.#journal, { type: 'tag-model', ...tag, value: null }, callerOf(headers));
    return {};
  }

  async #latest(raw: unknown) {
    const { name, stages } = readRequest(requests.latestVersionsOf, raw);
    const wanted = new Set(stages.map(requests.stageNamed));
    const model = await this.#find(name);
    const found = latestVersions(model).filter(({ stage }) => wanted.size === 0 || wanted.has(stage));
    return { model_versions: found.map((version) => versionJson(model, version)) };
  }

  async #find(name: string): Promise<RegisteredModel> {
    const model = (await this.#journal.read()).models.get(name);
    if (model === undefined) throw doesNotExist(modelNotFound(name).message);
    return model;
  }

  async #change(command: RegistryCommand, headers: IncomingHttpHeaders) {
    const { result } = await submitCommand(this.#journal, command, callerOf(headers));
    return { registered_model: modelJson(result as RegisteredModel) };
  }
}
