import { Body, Controller, Get, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { doesNotExist, MlflowError, readRequest, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { experimentNotFound, type Experiment, type ExperimentCommand } from '../../flow/experiments/experiments.ts';
import type { ExperimentsJournal } from '../../flow/ports.ts';
import { experimentSubject } from '../../flow/people/tracked-subjects.ts';
import { searchExperiments } from '../../flow/experiments/search-experiments.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import * as requests from './experiment-requests.ts';
import { experimentJson } from '../mlflow-json.ts';

@ApiTags('MLflow: experiments')
@Controller(['api/2.0/mlflow/experiments', 'ajax-api/2.0/mlflow/experiments'])
export class ExperimentsController {
  readonly #journal: ExperimentsJournal;
  readonly #access: Access;

  constructor(@Inject(TRACKING_JOURNAL) journal: ExperimentsJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
  }

  @Post('create')
  @HttpCode(200)
  @ApiJsonBody(requests.createExperiment)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { name, artifact_location: location, tags } = readRequest(requests.createExperiment, body);
    requests.checkExperimentName(name);
    if (location) requests.checkArtifactLocation(location);
    for (const tag of tags) requests.checkExperimentTag(tag);
    const artifactLocation = location ? location.replace(/(?<=.)\/+$/, '') : null;
    const experiment = await this.#submit({ type: 'create-experiment', name, artifactLocation, tags }, headers);
    return { experiment_id: experiment.id };
  }

  @Get('get')
  @ApiJsonQuery(requests.experimentOnly)
  async get(@Query() query: unknown) {
    const { experiment_id: id } = readRequest(requests.experimentOnly, query);
    const experiment = (await this.#journal.read()).experiments.get(id);
    if (experiment === undefined) throw doesNotExist(experimentNotFound(id).message);
    return { experiment: experimentJson(experiment) };
  }

  @Get('get-by-name')
  @ApiJsonQuery(requests.experimentName)
  async getByName(@Query() query: unknown) {
    const { experiment_name: name } = readRequest(requests.experimentName, query);
    const state = await this.#journal.read();
    const experiment = state.experiments.get(state.idByName.get(name) ?? '');
    if (experiment === undefined) throw doesNotExist(`Could not find experiment with name '${name}'`);
    return { experiment: experimentJson(experiment) };
  }

  @Post('search')
  @HttpCode(200)
  @ApiJsonBody(requests.searchExperiments)
  async search(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#search(body, headers);
  }

  @Get('search')
  @ApiJsonQuery(requests.searchExperiments)
  async searchByQuery(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    return this.#search(query, headers);
  }

  @Post('update')
  @HttpCode(200)
  @ApiJsonBody(requests.renameExperiment)
  async rename(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id, new_name: name } = readRequest(requests.renameExperiment, body);
    requests.checkExperimentName(name);
    await this.#submit({ type: 'rename-experiment', id, name }, headers);
    return {};
  }

  @Post('delete')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentOnly)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id } = readRequest(requests.experimentOnly, body);
    await this.#submit({ type: 'delete-experiment', id }, headers);
    return {};
  }

  @Post('restore')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentOnly)
  async restore(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id } = readRequest(requests.experimentOnly, body);
    await this.#submit({ type: 'restore-experiment', id }, headers);
    return {};
  }

  @Post('set-experiment-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentTag)
  async setTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id, key, value } = readRequest(requests.experimentTag, body);
    requests.checkExperimentTag({ key, value });
    await this.#submit({ type: 'tag-experiment', id, key, value }, headers);
    return {};
  }

  @Post('delete-experiment-tag')
  @HttpCode(200)
  @ApiJsonBody(requests.experimentTagKey)
  async deleteTag(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id, key } = readRequest(requests.experimentTagKey, body);
    await this.#submit({ type: 'tag-experiment', id, key, value: null }, headers);
    return {};
  }

  async #search(raw: unknown, headers: IncomingHttpHeaders) {
    const {
      filter,
      order_by: orderBy,
      view_type: view,
      page_token: token,
      max_results: size,
    } = readRequest(requests.searchExperiments, raw);
    const sees = this.#access.sight(headers);
    const { experiments } = await this.#journal.read();
    const all =
      sees === null ? experiments.values() : [...experiments.values()].filter((one) => sees(experimentSubject(one)));
    const { page, nextPageToken } = searchExperiments(all, { filter, orderBy, view, token, size });
    return { experiments: page.map(experimentJson), ...(nextPageToken && { next_page_token: nextPageToken }) };
  }

  async #submit(command: ExperimentCommand, headers: IncomingHttpHeaders): Promise<Experiment> {
    const applied = await this.#journal.submit(command, callerOf(headers));
    if (!applied.ok) throw new MlflowError(applied.code as MlflowErrorCode, applied.message);
    return applied.result as Experiment;
  }
}
