import { Body, Controller, Delete, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { ChangeTraces } from '../../flow/traces/change-traces.ts';
import { DeleteTraces } from '../../flow/traces/delete-traces.ts';
import * as requests from './trace-requests.ts';

const prefixes = ['api/2.0', 'ajax-api/2.0', 'api/3.0', 'ajax-api/3.0'].map((prefix) => `${prefix}/mlflow/traces`);

/** Tags, links and deletion, which are the same in both versions of the API. */
@ApiTags('MLflow: traces')
@Controller(prefixes)
export class TraceChangesController {
  readonly #change: ChangeTraces;
  readonly #delete: DeleteTraces;

  constructor(@Inject(ChangeTraces) change: ChangeTraces, @Inject(DeleteTraces) deletion: DeleteTraces) {
    this.#change = change;
    this.#delete = deletion;
  }

  @Patch(':id/tags')
  @ApiJsonBody(requests.setTag)
  async setTag(@Param('id') traceId: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    await this.#change.setTag(traceId, readRequest(requests.setTag, body), callerOf(headers));
    return {};
  }

  @Delete(':id/tags')
  @ApiJsonBody(requests.tagKey)
  async deleteTag(
    @Param('id') traceId: string,
    @Query() query: unknown,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ) {
    const { key } = readRequest(requests.tagKey, body ?? query);
    await this.#change.deleteTag(traceId, key, callerOf(headers));
    return {};
  }

  @Post('delete-traces')
  @HttpCode(200)
  @ApiJsonBody(requests.deleteTraces)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.deleteTraces, body);
    const deleted = await this.#delete.run(
      {
        experimentId: request.experiment_id,
        traceIds: request.request_ids,
        maxTimestampMs: request.max_timestamp_millis,
        maxTraces: request.max_traces,
      },
      callerOf(headers),
    );
    return { traces_deleted: deleted };
  }

  @Post('link-to-run')
  @HttpCode(200)
  @ApiJsonBody(requests.linkToRun)
  async linkToRun(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { trace_ids: traceIds, run_id: runId } = readRequest(requests.linkToRun, body);
    await this.#change.linkToRun(traceIds, runId, callerOf(headers));
    return {};
  }

  @Post('link-prompts')
  @HttpCode(200)
  @ApiJsonBody(requests.linkPrompts)
  async linkPrompts(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { trace_id: traceId, prompt_versions: prompts } = readRequest(requests.linkPrompts, body);
    const versions = prompts.map(({ name, version }) => `${name}/${version}`);
    await this.#change.linkPrompts(traceId, versions, callerOf(headers));
    return {};
  }
}
