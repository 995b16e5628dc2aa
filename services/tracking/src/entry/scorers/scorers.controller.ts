import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkExperimentId, doesNotExist, invalidParameter, MlflowError, readRequest } from '@millrace/mlflow-protocol';
import type { MlflowErrorCode } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { ApiJsonBody, ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { experimentNotActive, experimentNotFound, type ExperimentsState } from '../../flow/experiments/experiments.ts';
import { experimentSubject } from '../../flow/people/tracked-subjects.ts';
import type { TrackingJournal } from '../../flow/tracking-domain.ts';
import {
  latestScorers,
  scorerNotFound,
  scorerVersions,
  type ScorerCommand,
  type ScorerVersion,
} from '../../flow/scorers/scorers.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import * as requests from './scorer-requests.ts';

@ApiTags('MLflow: scorers')
@Controller(['api/3.0/mlflow/scorers', 'ajax-api/3.0/mlflow/scorers'])
export class ScorersController {
  readonly #journal: TrackingJournal;
  readonly #access: Access;

  constructor(@Inject(TRACKING_JOURNAL) journal: TrackingJournal, @Inject(Access) access: Access) {
    this.#journal = journal;
    this.#access = access;
  }

  @Post('register')
  @HttpCode(200)
  @ApiJsonBody(requests.registerScorer)
  async register(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const request = readRequest(requests.registerScorer, body);
    requests.checkScorer(request);
    const { experiment_id: id, name, serialized_scorer: serialized } = request;
    const made = (await this.#submit({ type: 'register-scorer', id, name, serialized }, headers)) as ScorerVersion;
    const { scorer_version: version, scorer_id, creation_time } = scorerJson(made);
    return { version, scorer_id, experiment_id: id, name, serialized_scorer: serialized, creation_time };
  }

  /** Of one experiment, of several, or of all that are active. */
  @Get('list')
  @ApiJsonQuery(requests.listScorers)
  async list(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: one, experiment_ids: several } = readRequest(requests.listScorers, query);
    if (one && several.length > 0) {
      throw invalidParameter(
        "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to multiple experiments, or 'experiment_id' to scope it to a single experiment.",
      );
    }
    for (const id of several) checkExperimentId(id);
    const state = await this.#journal.read();
    if (one) requireActive(state, one);
    const wanted = one ? [one] : several.length > 0 ? [...new Set(several)] : [...state.experiments.keys()];
    const sees = this.#access.sight(headers);
    const ids = wanted.filter((id) => {
      const experiment = state.experiments.get(id);
      if (experiment?.lifecycleStage !== 'active') return false;
      return sees === null || sees(experimentSubject(experiment));
    });
    const found = ids.sort((a, b) => Number(a) - Number(b)).flatMap((id) => latestScorers(state.scorers, id));
    return { scorers: found.map(scorerJson) };
  }

  @Get('versions')
  @ApiJsonQuery(requests.scorerOnly)
  async versions(@Query() query: unknown) {
    const { experiment_id: id, name } = readRequest(requests.scorerOnly, query);
    return { scorers: (await this.#find(id, name)).map(scorerJson) };
  }

  @Get('get')
  @ApiJsonQuery(requests.scorerVersionOf)
  async get(@Query() query: unknown) {
    const { experiment_id: id, name, version = null } = readRequest(requests.scorerVersionOf, query);
    const versions = await this.#find(id, name);
    const found = version === null ? versions.at(-1) : versions.find((each) => each.version === version);
    if (found === undefined) throw doesNotExist(scorerNotFound({ id, name, version }).message);
    return { scorer: scorerJson(found) };
  }

  @Delete('delete')
  @ApiJsonBody(requests.scorerVersionOf)
  async delete(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders) {
    const { experiment_id: id, name, version = null } = readRequest(requests.scorerVersionOf, body);
    await this.#submit({ type: 'delete-scorer', id, name, version }, headers);
    return {};
  }

  /** Nothing is scored here, so nothing is scored as it comes in. */
  @Get('online-configs')
  @ApiJsonQuery(requests.onlineConfigs)
  onlineConfigs(@Query() query: unknown) {
    readRequest(requests.onlineConfigs, query);
    return { configs: [] };
  }

  async #find(id: string, name: string): Promise<readonly ScorerVersion[]> {
    const state = await this.#journal.read();
    requireActive(state, id);
    const versions = scorerVersions(state.scorers, id, name);
    if (versions.length === 0) throw doesNotExist(scorerNotFound({ id, name, version: null }).message);
    return versions;
  }

  async #submit(command: ScorerCommand, headers: IncomingHttpHeaders): Promise<unknown> {
    const applied = await this.#journal.submit(command, callerOf(headers));
    if (!applied.ok) throw new MlflowError(applied.code as MlflowErrorCode, applied.message);
    return applied.result;
  }
}

function requireActive({ experiments }: ExperimentsState, id: string): void {
  const experiment = experiments.get(id);
  if (experiment === undefined) throw doesNotExist(experimentNotFound(id).message);
  if (experiment.lifecycleStage !== 'active') throw invalidParameter(experimentNotActive(id).message);
}

function scorerJson({ experimentId, scorerId, name, version, serialized, createdAtMs }: ScorerVersion) {
  return {
    experiment_id: Number(experimentId),
    scorer_name: name,
    scorer_version: version,
    serialized_scorer: serialized,
    creation_time: createdAtMs,
    scorer_id: scorerId,
  };
}
