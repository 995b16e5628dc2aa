import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkRunId, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { CreateRun, runNameTag } from '../../flow/runs/create-run.ts';
import { LiveRuns } from '../../flow/runs/live-runs.ts';
import type { ExperimentsJournal } from '../../flow/ports.ts';
import type { RunHead } from '../../flow/runs/run-head.ts';
import { RunWrites } from '../../flow/runs/run-writes.ts';
import { SearchRuns, type FoundRuns } from '../../flow/runs/search-runs.ts';
import { notFound } from '../../flow/runs/write-refusals.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import { runInfoJson, runJson } from '../mlflow-json.ts';
import * as requests from './run-requests.ts';
import { sendJsonStream } from '../send-json-stream.ts';

@ApiTags('MLflow: runs')
@Controller(['api/2.0/mlflow/runs', 'ajax-api/2.0/mlflow/runs'])
export class RunsController {
  readonly #create: CreateRun;
  readonly #live: LiveRuns;
  readonly #writes: RunWrites;
  readonly #search: SearchRuns;
  readonly #experiments: ExperimentsJournal;

  constructor(
    @Inject(CreateRun) create: CreateRun,
    @Inject(LiveRuns) live: LiveRuns,
    @Inject(RunWrites) writes: RunWrites,
    @Inject(SearchRuns) search: SearchRuns,
    @Inject(TRACKING_JOURNAL) experiments: ExperimentsJournal,
  ) {
    this.#create = create;
    this.#live = live;
    this.#writes = writes;
    this.#search = search;
    this.#experiments = experiments;
  }

  @Post('create')
  @HttpCode(200)
  @ApiJsonBody(requests.createRun)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.createRun, body);
    requests.checkBatch({ metrics: [], params: [], tags: request.tags });
    const head = await this.#create.run(
      {
        experimentId: request.experiment_id,
        userId: request.user_id,
        name: request.run_name,
        startTimeMs: request.start_time,
        tags: requests.cutTags(request.tags),
      },
      callerOf(headers),
    );
    return { run: runJson(head) };
  }

  @Get('get')
  @ApiJsonQuery(requests.runOnly)
  async get(@Query() query: unknown) {
    const runId = requests.runIdOf(readRequest(requests.runOnly, query));
    checkRunId(runId);
    const head = await this.#live.get('run', runId);
    if (head === null) throw notFound('run', runId);
    return { run: runJson(head, await this.#experimentIsDeleted(head)) };
  }

  @Post('update')
  @HttpCode(200)
  @ApiJsonBody(requests.updateRun)
  async update(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { status, end_time: endTime, run_name: name, ...ids } = readRequest(requests.updateRun, body);
    const runId = requests.runIdOf(ids);
    const attributes = {
      ...(status !== undefined && { status }),
      ...(endTime !== undefined && { end_time: String(endTime) }),
      ...(name && { name }),
    };
    const tags = name ? [{ key: runNameTag, value: name }] : [];
    const head = await this.#writes.write(
      'run',
      runId,
      { attributes, tags },
      { type: 'updated', ...callerOf(headers) },
    );
    return { run_info: runInfoJson(head) };
  }

  @Post('delete')
  @HttpCode(200)
  @ApiJsonBody(requests.runOnly)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const runId = requests.runIdOf(readRequest(requests.runOnly, body));
    const attributes = { lifecycle_stage: 'deleted' };
    await this.#writes.write(
      'run',
      runId,
      { attributes },
      { type: 'deleted', ...callerOf(headers), mayBeDeleted: true },
    );
    return {};
  }

  @Post('restore')
  @HttpCode(200)
  @ApiJsonBody(requests.runOnly)
  async restore(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const runId = requests.runIdOf(readRequest(requests.runOnly, body));
    const attributes = { lifecycle_stage: 'active' };
    await this.#writes.write(
      'run',
      runId,
      { attributes },
      { type: 'restored', ...callerOf(headers), mayBeDeleted: true },
    );
    return {};
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(requests.searchRuns)
  async search(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const request = readRequest(requests.searchRuns, body);
    const found = await this.#search.find({
      subject: 'run',
      experimentIds: request.experiment_ids,
      filter: request.filter,
      viewType: request.run_view_type,
      orderBy: request.order_by,
      maxResults: request.max_results,
      pageToken: request.page_token,
    });
    await sendJsonStream(reply, foundRunsJson(found));
  }

  async #experimentIsDeleted(head: RunHead): Promise<boolean> {
    return (await this.#experiments.read()).experiments.get(head.experimentId)?.lifecycleStage === 'deleted';
  }
}

/** Piece by piece: a page may hold 50,000 runs. */
async function* foundRunsJson({
  heads,
  deletedExperiments,
  nextPageToken,
}: FoundRuns): AsyncGenerator<string, void, void> {
  let piece = '{"runs":[';
  let separator = '';
  for await (const some of heads) {
    for (const head of some) {
      piece += separator + JSON.stringify(runJson(head, deletedExperiments.has(head.experimentId)));
      separator = ',';
    }
    yield piece;
    piece = '';
  }
  yield `${piece}]${nextPageToken === undefined ? '' : `,"next_page_token":${JSON.stringify(nextPageToken)}`}}`;
}
