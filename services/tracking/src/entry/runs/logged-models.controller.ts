import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { doesNotExist, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { CreateLoggedModel } from '../../flow/runs/create-logged-model.ts';
import { deleteTag } from '../../flow/runs/delete-tag.ts';
import { LiveRuns } from '../../flow/runs/live-runs.ts';
import type { RunHead } from '../../flow/runs/run-head.ts';
import { RunWrites, type Write, type WriteOptions } from '../../flow/runs/run-writes.ts';
import { notFound } from '../../flow/runs/write-refusals.ts';
import { SearchRuns } from '../../flow/runs/search-runs.ts';
import { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { fileJson } from '../artifacts/artifacts.controller.ts';
import * as requests from './logged-model-requests.ts';
import { loggedModelJson } from '../mlflow-json.ts';
import { checkBatch } from './run-requests.ts';

@ApiTags('MLflow: logged models')
@Controller(['api/2.0/mlflow/logged-models', 'ajax-api/2.0/mlflow/logged-models'])
export class LoggedModelsController {
  readonly #create: CreateLoggedModel;
  readonly #live: LiveRuns;
  readonly #writes: RunWrites;
  readonly #search: SearchRuns;
  readonly #artifacts: StoredArtifacts;

  constructor(
    @Inject(CreateLoggedModel) create: CreateLoggedModel,
    @Inject(LiveRuns) live: LiveRuns,
    @Inject(RunWrites) writes: RunWrites,
    @Inject(SearchRuns) search: SearchRuns,
    @Inject(StoredArtifacts) artifacts: StoredArtifacts,
  ) {
    this.#create = create;
    this.#live = live;
    this.#writes = writes;
    this.#search = search;
    this.#artifacts = artifacts;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.createLoggedModel)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.createLoggedModel, body);
    requests.checkLoggedModelName(request.name);
    checkBatch({ metrics: [], params: request.params, tags: request.tags });
    const {
      experiment_id: experimentId,
      name,
      model_type: modelType,
      source_run_id: sourceRunId,
      params,
      tags,
    } = request;
    const created = await this.#create.run(
      { experimentId, name, modelType, sourceRunId, params, tags },
      callerOf(headers),
    );
    return { model: loggedModelJson(created) };
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(requests.searchLoggedModels)
  async search(@Body() body: unknown) {
    const request = readRequest(requests.searchLoggedModels, body);
    const { heads, nextPageToken } = await this.#search.run({
      subject: 'logged-model',
      experimentIds: request.experiment_ids,
      filter: request.filter,
      viewType: 'ACTIVE_ONLY',
      orderBy: request.order_by.length > 0 ? request.order_by : ['creation_time DESC'],
      maxResults: request.max_results,
      pageToken: request.page_token,
    });
    return { models: heads.map(loggedModelJson), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }

  @Get(':id')
  @ApiJsonQuery(requests.getLoggedModel)
  async get(@Param('id') id: string, @Query() query: unknown) {
    const { allow_deleted: allowDeleted } = readRequest(requests.getLoggedModel, query);
    const head = allowDeleted ? await this.#live.get('logged-model', id) : await this.#find(id);
    if (head === null) throw notFound('logged-model', id);
    return { model: loggedModelJson(head) };
  }

  @Patch(':id')
  @ApiJsonBody(requests.finalizeLoggedModel)
  async finalize(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { status } = readRequest(requests.finalizeLoggedModel, body);
    return this.#write(id, { attributes: { status } }, headers, 'updated');
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders) {
    await this.#writes.write(
      'logged-model',
      id,
      { attributes: { lifecycle_stage: 'deleted' } },
      { type: 'deleted', ...callerOf(headers) },
    );
    return {};
  }

  @Patch(':id/tags')
  @ApiJsonBody(requests.loggedModelTags)
  async setTags(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { tags } = readRequest(requests.loggedModelTags, body);
    checkBatch({ metrics: [], params: [], tags });
    return this.#write(id, { tags }, headers);
  }

  @Delete(':id/tags/:key')
  async deleteTag(@Param('id') id: string, @Param('key') key: string, @Headers() headers: IncomingHttpHeaders) {
    const missing = doesNotExist(`No tag with key '${key}' found for model with ID '${id}'.`);
    await deleteTag(this.#writes, { subject: 'logged-model', id, key, missing }, callerOf(headers));
    return {};
  }

  @Post(':id/params')
  @HttpCode(200)
  @ApiJsonBody(requests.loggedModelParams)
  async logParams(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { params } = readRequest(requests.loggedModelParams, body);
    checkBatch({ metrics: [], params, tags: [] });
    await this.#write(id, { params }, headers);
    return {};
  }

  @Get(':id/artifacts/directories')
  @ApiJsonQuery(requests.loggedModelFolder)
  async listFolder(@Param('id') id: string, @Query() query: unknown) {
    const { artifact_directory_path: path = '' } = readRequest(requests.loggedModelFolder, query);
    const { rootUri, files } = await this.#artifacts.list({ subject: 'logged-model', id, path });
    return { root_uri: rootUri, files: files.map(fileJson) };
  }

  async #find(id: string): Promise<RunHead> {
    const head = await this.#live.get('logged-model', id);
    if (head === null || head.isDeleted) throw notFound('logged-model', id);
    return head;
  }

  async #write(id: string, write: Write, headers: IncomingHttpHeaders, type: WriteOptions['type'] = 'logged') {
    await this.#writes.write('logged-model', id, write, { type, ...callerOf(headers) });
    return { model: loggedModelJson(await this.#find(id)) };
  }
}
