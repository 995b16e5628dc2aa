import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import { ChangeRecords } from '../../flow/datasets/change-records.ts';
import { recordsJson } from './dataset-json.ts';
import * as requests from './dataset-requests.ts';
import { datasetPaths } from './evaluation-datasets.controller.ts';

@ApiTags('MLflow: evaluation datasets')
@Controller(datasetPaths.map((path) => `${path}/:id/records`))
export class DatasetRecordsController {
  readonly #records: ChangeRecords;

  constructor(@Inject(ChangeRecords) records: ChangeRecords) {
    this.#records = records;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.upsertRecords)
  async upsert(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { records } = readRequest(requests.upsertRecords, body);
    const { inserted, updated } = await this.#records.upsert(id, records, callerOf(headers));
    return { inserted_count: inserted, updated_count: updated };
  }

  @Get()
  @ApiJsonQuery(requests.listRecords)
  async list(@Param('id') id: string, @Query() query: unknown) {
    const { max_results: size, page_token: token } = readRequest(requests.listRecords, query);
    const { records, nextPageToken } = await this.#records.page(id, { size, token });
    return { records: recordsJson(id, records), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }

  @Delete()
  @ApiJsonBody(requests.deleteRecords)
  async delete(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { dataset_record_ids: recordIds } = readRequest(requests.deleteRecords, body);
    return { deleted_count: await this.#records.delete(id, recordIds, callerOf(headers)) };
  }
}
