import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ReadTraces } from '../../flow/traces/read-traces.ts';
import { SearchTraces } from '../../flow/traces/search-traces.ts';
import { idOfRequest } from '../../flow/runs/id-of-request.ts';
import { StartTrace } from '../../flow/traces/start-trace.ts';
import { traceInfoJsonV2 } from './trace-json.ts';
import * as requests from './trace-requests.ts';

/** What MLflow's clients from 2.14 to 2.22 call; their spans lie among the trace's files. */
@ApiTags('MLflow: traces of 2.x clients')
@Controller(['api/2.0/mlflow/traces', 'ajax-api/2.0/mlflow/traces'])
export class TracesV2Controller {
  readonly #start: StartTrace;
  readonly #read: ReadTraces;
  readonly #search: SearchTraces;

  constructor(
    @Inject(StartTrace) start: StartTrace,
    @Inject(ReadTraces) read: ReadTraces,
    @Inject(SearchTraces) search: SearchTraces,
  ) {
    this.#start = start;
    this.#read = read;
    this.#search = search;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.startTraceV2)
  async start(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.startTraceV2, body);
    const author = callerOf(headers);
    const { requestId } = author;
    const traceId = `tr-${requestId === undefined ? randomUUID().replaceAll('-', '') : idOfRequest('trace', requestId)}`;
    const first = requestId === undefined ? null : await this.#start.started(traceId);
    if (first !== null) return { trace_info: traceInfoJsonV2(first) };
    const started = await this.#start.start(
      {
        traceId,
        experimentId: request.experiment_id,
        requestTimeMs: request.timestamp_ms,
        executionDurationMs: null,
        state: 'IN_PROGRESS',
        clientRequestId: null,
        requestPreview: null,
        responsePreview: null,
        metadata: recordOf(request.request_metadata),
        tags: recordOf(request.tags),
        assessments: [],
      },
      author,
    );
    return { trace_info: traceInfoJsonV2(started) };
  }

  @Patch(':id')
  @ApiJsonBody(requests.endTraceV2)
  async end(@Param('id') traceId: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.endTraceV2, body);
    const ended = await this.#start.end(
      traceId,
      {
        timestampMs: request.timestamp_ms,
        state: request.status === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : request.status,
        metadata: recordOf(request.request_metadata),
        tags: recordOf(request.tags),
      },
      callerOf(headers),
    );
    return { trace_info: traceInfoJsonV2(ended.info) };
  }

  @Get(':id/info')
  async info(@Param('id') traceId: string) {
    return { trace_info: traceInfoJsonV2(await this.#read.info(traceId)) };
  }

  @Get()
  @ApiJsonQuery(requests.searchTracesV2)
  async search(@Query() query: unknown) {
    const request = readRequest(requests.searchTracesV2, query);
    const { traces, nextPageToken } = await this.#search.run({
      experimentIds: request.experiment_ids,
      filter: request.filter ?? '',
      orderBy: request.order_by,
      maxResults: request.max_results,
      pageToken: request.page_token || undefined,
    });
    return { traces: traces.map(traceInfoJsonV2), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }
}

function recordOf(entries: readonly { readonly key: string; readonly value: string }[]): Record<string, string> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}
