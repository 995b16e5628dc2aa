import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { jsonNumber, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { AssessTraces, kept } from '../../flow/traces/assess-traces.ts';
import { ReadTraces } from '../../flow/traces/read-traces.ts';
import { SearchTraces } from '../../flow/traces/search-traces.ts';
import { StartTrace } from '../../flow/traces/start-trace.ts';
import { traceInfoJson, traceJson } from './trace-json.ts';
import * as requests from './trace-requests.ts';

@ApiTags('MLflow: traces')
@Controller(['api/3.0/mlflow/traces', 'ajax-api/3.0/mlflow/traces'])
export class TracesController {
  readonly #start: StartTrace;
  readonly #read: ReadTraces;
  readonly #search: SearchTraces;
  readonly #assess: AssessTraces;

  constructor(
    @Inject(StartTrace) start: StartTrace,
    @Inject(ReadTraces) read: ReadTraces,
    @Inject(SearchTraces) search: SearchTraces,
    @Inject(AssessTraces) assess: AssessTraces,
  ) {
    this.#start = start;
    this.#read = read;
    this.#search = search;
    this.#assess = assess;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.startTrace)
  async start(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { trace_info: info } = readRequest(requests.startTrace, body).trace;
    const started = await this.#start.start(
      {
        traceId: info.trace_id,
        experimentId: info.trace_location.mlflow_experiment.experiment_id,
        requestTimeMs: info.request_time,
        executionDurationMs: info.execution_duration ?? null,
        state: info.state,
        clientRequestId: info.client_request_id ?? null,
        requestPreview: info.request_preview ?? null,
        responsePreview: info.response_preview ?? null,
        metadata: info.trace_metadata,
        tags: info.tags,
        assessments: info.assessments.map((sent) => kept(this.#assess.prepare(sent, info.trace_id))),
      },
      callerOf(headers),
    );
    return { trace: { trace_info: traceInfoJson(started) } };
  }

  @Get('get')
  @ApiJsonQuery(requests.getTrace)
  async get(@Query() query: unknown) {
    const { trace_id: traceId, allow_partial: allowPartial = false } = readRequest(requests.getTrace, query);
    const trace = await this.#read.whole(traceId, { allowPartial });
    return { trace: traceJson(trace.info, trace.spans) };
  }

  @Get('batchGet')
  @ApiJsonQuery(requests.batchGet)
  async batchGet(@Query() query: unknown) {
    const { trace_ids: traceIds, experiment_ids: experimentIds } = readRequest(requests.batchGet, query);
    const traces = await this.#read.complete(traceIds, experimentIds);
    return { traces: traces.map(({ info, spans }) => traceJson(info, spans)) };
  }

  @Post('batchGetInfos')
  @HttpCode(200)
  @ApiJsonBody(requests.batchGet)
  async batchGetInfos(@Body() body: unknown) {
    const { trace_ids: traceIds, experiment_ids: experimentIds } = readRequest(requests.batchGet, body);
    return { trace_infos: (await this.#read.infos(traceIds, experimentIds)).map(traceInfoJson) };
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(requests.searchTraces)
  async search(@Body() body: unknown) {
    const request = readRequest(requests.searchTraces, body);
    const { traces, nextPageToken } = await this.#search.run({
      experimentIds: request.locations.flatMap((location) => location.mlflow_experiment?.experiment_id ?? []),
      filter: request.filter ?? '',
      orderBy: request.order_by,
      maxResults: request.max_results,
      pageToken: request.page_token || undefined,
    });
    return { traces: traces.map(traceInfoJson), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }

  @Post('calculate-filter-correlation')
  @HttpCode(200)
  @ApiJsonBody(requests.correlate)
  async correlate(@Body() body: unknown) {
    const request = readRequest(requests.correlate, body);
    const found = await this.#search.association({
      experimentIds: request.experiment_ids,
      filters: [request.filter_string1, request.filter_string2],
      baseFilter: request.base_filter ?? '',
    });
    return {
      npmi: jsonNumber(found.npmi),
      npmi_smoothed: jsonNumber(found.npmiSmoothed),
      filter1_count: found.inFirst,
      filter2_count: found.inSecond,
      joint_count: found.inBoth,
      total_count: found.total,
    };
  }

  @Get(':id')
  async info(@Param('id') traceId: string) {
    return { trace: { trace_info: traceInfoJson(await this.#read.info(traceId)) } };
  }

  @Post(':id/assessments')
  @HttpCode(200)
  @ApiJsonBody(requests.createAssessment)
  async createAssessment(@Param('id') traceId: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { assessment } = readRequest(requests.createAssessment, body);
    return { assessment: await this.#assess.create(traceId, assessment, callerOf(headers)) };
  }

  @Get(':id/assessments/:assessment')
  async getAssessment(@Param('id') traceId: string, @Param('assessment') id: string) {
    return { assessment: await this.#assess.get(traceId, id) };
  }

  @Patch(':id/assessments/:assessment')
  @ApiJsonBody(requests.updateAssessment)
  async updateAssessment(
    @Param('id') traceId: string,
    @Param('assessment') id: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ) {
    const { assessment: sent, update_mask: fields } = readRequest(requests.updateAssessment, body);
    return { assessment: await this.#assess.update(traceId, { id, sent, fields }, callerOf(headers)) };
  }

  @Delete(':id/assessments/:assessment')
  async deleteAssessment(
    @Param('id') traceId: string,
    @Param('assessment') id: string,
    @Headers() headers: IncomingHttpHeaders,
  ) {
    await this.#assess.delete(traceId, id, callerOf(headers));
    return {};
  }
}
