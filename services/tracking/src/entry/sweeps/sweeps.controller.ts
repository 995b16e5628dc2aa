import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '@millrace/people';
import {
  ApiJsonBody,
  ApiJsonQuery,
  ApiJsonResponse,
  ApiProblems,
  callerOf,
  CodedError,
  parseRequest,
} from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { experimentSubject } from '../../flow/people/tracked-subjects.ts';
import type { TrackingJournal } from '../../flow/tracking-domain.ts';
import { RunSweep } from '../../flow/sweeps/run-sweep.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import { sweepJson, sweepResponse, sweepsResponse } from './sweep-json.ts';
import * as requests from './sweep-requests.ts';

type SweepAnswer = Promise<z.infer<typeof sweepResponse>>;

@ApiTags('sweeps')
@ApiProblems(404, 409, 503)
@Controller('api/v1/sweeps')
export class SweepsController {
  readonly #sweeps: RunSweep;
  readonly #journal: TrackingJournal;
  readonly #access: Access;

  constructor(
    @Inject(RunSweep) sweeps: RunSweep,
    @Inject(TRACKING_JOURNAL) journal: TrackingJournal,
    @Inject(Access) access: Access,
  ) {
    this.#sweeps = sweeps;
    this.#journal = journal;
    this.#access = access;
  }

  @Post()
  @HttpCode(201)
  @ApiJsonBody(requests.createSweep, 'With an Idempotency-Key a repeat is answered with the same sweep')
  @ApiJsonResponse(201, sweepResponse)
  async create(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): SweepAnswer {
    const request = parseRequest(requests.createSweep, body);
    const experimentId = await this.#experimentId(request.experiment);
    return sweepJson(await this.#sweeps.create(requests.definitionOf(request, experimentId), callerOf(headers)));
  }

  @Get()
  @ApiJsonQuery(requests.listSweeps)
  @ApiJsonResponse(200, sweepsResponse, 'The newest first, of all experiments or of one.')
  async list(
    @Query() query: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof sweepsResponse>> {
    const { experiment } = parseRequest(requests.listSweeps, query);
    const experimentId = experiment === undefined ? undefined : await this.#experimentId(experiment);
    const sees = this.#access.sight(headers);
    const { sweeps, experiments } = await this.#journal.read();
    const found = [...sweeps.values()].filter((sweep) => {
      if (experimentId !== undefined && sweep.experimentId !== experimentId) return false;
      const experiment = experiments.get(sweep.experimentId);
      return sees === null || (experiment !== undefined && sees(experimentSubject(experiment)));
    });
    return { sweeps: found.toReversed().map(sweepJson) };
  }

  @Get(':id')
  @ApiJsonResponse(200, sweepResponse)
  async get(@Param('id') id: string): SweepAnswer {
    return sweepJson(await this.#sweeps.sweep(id));
  }

  @Post(':id/pause')
  @HttpCode(200)
  @ApiJsonResponse(200, sweepResponse, 'No trials are handed out; those that run go on.')
  async pause(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): SweepAnswer {
    return sweepJson(await this.#sweeps.steer('pause-sweep', id, callerOf(headers)));
  }

  @Post(':id/resume')
  @HttpCode(200)
  @ApiJsonResponse(200, sweepResponse)
  async resume(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): SweepAnswer {
    return sweepJson(await this.#sweeps.steer('resume-sweep', id, callerOf(headers)));
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiJsonResponse(
    200,
    sweepResponse,
    'Its trials have ended; their workers hear it at their next report or heartbeat.',
  )
  async cancel(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): SweepAnswer {
    return sweepJson(await this.#sweeps.steer('cancel-sweep', id, callerOf(headers)));
  }

  async #experimentId(name: string): Promise<string> {
    const { idByName, experiments } = await this.#journal.read();
    const experiment = experiments.get(idByName.get(name) ?? '');
    if (experiment?.lifecycleStage === 'active') return experiment.id;
    const message =
      experiment === undefined
        ? `there is no experiment "${name}": create it, with mlflow.set_experiment for example`
        : `the experiment "${name}" is deleted: restore it, or name another`;
    throw new CodedError('SWEEPS_EXPERIMENT_NOT_FOUND', message, { faults: [{ path: 'experiment', message }] });
  }
}
