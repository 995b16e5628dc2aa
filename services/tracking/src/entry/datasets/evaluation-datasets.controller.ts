import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import { idOfRequest } from '../../flow/runs/id-of-request.ts';
import { EvaluationDatasets } from '../../flow/datasets/evaluation-datasets.ts';
import { ChangeRecords } from '../../flow/datasets/change-records.ts';
import { createdDatasetJson, datasetJson } from './dataset-json.ts';
import * as requests from './dataset-requests.ts';

export const datasetPaths = ['api/3.0/mlflow/datasets', 'ajax-api/3.0/mlflow/datasets'];

@ApiTags('MLflow: evaluation datasets')
@Controller(datasetPaths)
export class EvaluationDatasetsController {
  readonly #datasets: EvaluationDatasets;
  readonly #records: ChangeRecords;
  readonly #access: Access;

  constructor(
    @Inject(EvaluationDatasets) datasets: EvaluationDatasets,
    @Inject(ChangeRecords) records: ChangeRecords,
    @Inject(Access) access: Access,
  ) {
    this.#datasets = datasets;
    this.#records = records;
    this.#access = access;
  }

  @Post('create')
  @HttpCode(200)
  @ApiJsonBody(requests.createDataset)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { name, tags, experiment_ids: experimentIds } = readRequest(requests.createDataset, body);
    requests.checkDatasetName(name);
    const caller = callerOf(headers);
    const drawn =
      caller.requestId === undefined ? randomUUID().replaceAll('-', '') : idOfRequest('dataset', caller.requestId);
    const said = { id: `d-${drawn}`, name, tags: requests.readTags(tags), experimentIds };
    return { dataset: createdDatasetJson(await this.#datasets.create(said, caller)) };
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(requests.searchDatasets)
  async search(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#search(body, headers);
  }

  @Get('search')
  @ApiJsonQuery(requests.searchDatasets)
  async searchByQuery(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#search(query, headers);
  }

  @Get(':id')
  async get(@Param('id') id: string) {
    return { dataset: datasetJson(await this.#datasets.get(id)) };
  }

  @Delete(':id')
  async delete(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders) {
    const caller = callerOf(headers);
    const deleted = await this.#datasets.delete(id, caller);
    if (deleted !== null) await this.#records.drop(deleted.id, deleted.name, caller);
    return {};
  }

  @Patch(':id/tags')
  @ApiJsonBody(requests.setTags)
  async setTags(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const tags = requests.readTags(readRequest(requests.setTags, body).tags);
    await this.#datasets.change({ type: 'tag-dataset', id, tags }, callerOf(headers));
    return {};
  }

  @Delete(':id/tags/:key')
  async deleteTag(@Param('id') id: string, @Param('key') key: string, @Headers() headers: IncomingHttpHeaders) {
    await this.#datasets.untag(id, key, callerOf(headers));
    return {};
  }

  @Get(':id/experiment-ids')
  async experimentIds(@Param('id') id: string) {
    return { experiment_ids: (await this.#datasets.find(id))?.experimentIds ?? [] };
  }

  @Post(':id/add-experiments')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentsOnly)
  async addExperiments(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_ids: experimentIds } = readRequest(requests.experimentsOnly, body);
    await this.#datasets.change({ type: 'add-dataset-to-experiments', id, experimentIds }, callerOf(headers));
    return this.get(id);
  }

  @Post(':id/remove-experiments')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentsOnly)
  async removeExperiments(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_ids: experimentIds } = readRequest(requests.experimentsOnly, body);
    await this.#datasets.change({ type: 'remove-dataset-from-experiments', id, experimentIds }, callerOf(headers));
    return this.get(id);
  }

  async #search(raw: unknown, headers: IncomingHttpHeaders) {
    const request = readRequest(requests.searchDatasets, raw);
    const { page, nextPageToken } = await this.#datasets.search({
      experimentIds: request.experiment_ids,
      sees: this.#access.sight(headers),
      filter: request.filter_string,
      orderBy: request.order_by,
      size: request.max_results,
      token: request.page_token,
    });
    return { datasets: page.map(datasetJson), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }
}
