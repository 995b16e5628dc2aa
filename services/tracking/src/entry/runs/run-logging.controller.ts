import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  checkEntityKey,
  checkMetricKey,
  checkParamKey,
  checkRunId,
  doesNotExist,
  readRequest,
} from '@millrace/mlflow-protocol';
import { ApiJsonBody, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { deleteTag } from '../../flow/runs/delete-tag.ts';
import { LogToRun } from '../../flow/runs/log-to-run.ts';
import { RunWrites } from '../../flow/runs/run-writes.ts';
import { plainMetrics } from './plain-metrics.ts';
import * as requests from './run-requests.ts';

@ApiTags('MLflow: logging')
@Controller(['api/2.0/mlflow/runs', 'ajax-api/2.0/mlflow/runs'])
export class RunLoggingController {
  readonly #log: LogToRun;
  readonly #writes: RunWrites;

  constructor(@Inject(LogToRun) log: LogToRun, @Inject(RunWrites) writes: RunWrites) {
    this.#log = log;
    this.#writes = writes;
  }

  @Post('log-metric')
  @HttpCode(200)
  @ApiJsonBody(requests.logMetric)
  async logMetric(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const metric = readRequest(requests.logMetric, body);
    checkMetricKey(metric.key, 'name');
    const { run_id: _id, run_uuid: _uuid, ...point } = metric;
    await this.#log.run(requests.runIdOf(metric), { metrics: [point], params: [], tags: [] }, callerOf(headers));
    return {};
  }

  @Post('log-parameter')
  @HttpCode(200)
  @ApiJsonBody(requests.logParam)
  async logParam(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { key, value, ...ids } = readRequest(requests.logParam, body);
    checkParamKey(key, 'key');
    const [param = { key, value }] = requests.cutParams([{ key, value }]);
    await this.#log.param(requests.runIdOf(ids), param, callerOf(headers));
    return {};
  }

  @Post('log-batch')
  @HttpCode(200)
  @ApiJsonBody(requests.logBatch)
  async logBatch(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    requests.checkBatchSize(body, headers['content-length']);
    const { metrics, params, tags, ...ids } = readBatch(body);
    const runId = requests.runIdOf(ids);
    checkRunId(runId);
    requests.checkBatch({ metrics, params, tags });
    const batch = { metrics, params: requests.cutParams(params), tags: requests.cutTags(tags) };
    await this.#log.run(runId, batch, callerOf(headers));
    return {};
  }

  @Post('set-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.setTag)
  async setTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { key, value, ...ids } = readRequest(requests.setTag, body);
    checkEntityKey(key, 'key');
    const tags = requests.cutTags([{ key, value }]);
    await this.#log.run(requests.runIdOf(ids), { metrics: [], params: [], tags }, callerOf(headers));
    return {};
  }

  @Post('delete-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.deleteTag)
  async deleteTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { key, ...ids } = readRequest(requests.deleteTag, body);
    const runId = requests.runIdOf(ids);
    const missing = doesNotExist(`No tag with name: ${key} in run with id ${runId}`);
    await deleteTag(this.#writes, { subject: 'run', id: runId, key, missing }, callerOf(headers));
    return {};
  }

  @Post('log-inputs')
  @HttpCode(200)
  @ApiJsonBody(requests.logInputs)
  async logInputs(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { datasets, models, ...ids } = readRequest(requests.logInputs, body);
    requests.checkDatasets(datasets);
    const modelInputs = models.map(({ model_id: id }) => id);
    await this.#writes.write(
      'run',
      requests.runIdOf(ids),
      { datasets, modelInputs },
      { type: 'logged', ...callerOf(headers) },
    );
    return {};
  }

  @Post('outputs')
  @HttpCode(200)
  @ApiJsonBody(requests.logOutputs)
  async logOutputs(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { models, ...ids } = readRequest(requests.logOutputs, body);
    const modelOutputs = models.map(({ model_id: modelId, step }) => ({ modelId, step }));
    await this.#writes.write('run', requests.runIdOf(ids), { modelOutputs }, { type: 'logged', ...callerOf(headers) });
    return {};
  }

  /** MLflow 2 clients write what they know of a model into a tag of the run. */
  @Post('log-model')
  @HttpCode(200)
  async logModel(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { model_json: model, ...ids } = readRequest(requests.logModel, body);
    await this.#log.addToHistory(requests.runIdOf(ids), model, callerOf(headers));
    return {};
  }
}

function readBatch(body: unknown) {
  const raw = typeof body === 'object' && body !== null && 'metrics' in body ? body.metrics : undefined;
  const metrics = plainMetrics(raw);
  if (metrics === null) return readRequest(requests.logBatch, body);
  return { ...readRequest(requests.logBatch, { ...(body as object), metrics: [] }), metrics };
}
