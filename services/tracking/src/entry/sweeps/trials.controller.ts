import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
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
import { RunSweep } from '../../flow/sweeps/run-sweep.ts';
import { trialNotFound } from '../../flow/sweeps/sweep-rejections.ts';
import type { Sweep } from '../../flow/sweeps/sweep.ts';
import { answerResponse, nextResponse, trialJson, trialResponse, trialsResponse } from './sweep-json.ts';
import * as requests from './sweep-requests.ts';

type TrialAnswer = Promise<z.infer<typeof trialResponse>>;

/** When a worker that got no trial asks again. */
const retryAfterMs = 1000;

@ApiTags('sweeps')
@ApiProblems(404, 409, 503)
@Controller('api/v1/sweeps/:id/trials')
export class TrialsController {
  readonly #sweeps: RunSweep;

  constructor(@Inject(RunSweep) sweeps: RunSweep) {
    this.#sweeps = sweeps;
  }

  @Post()
  @HttpCode(200)
  @ApiJsonBody(requests.askTrial, 'Asks for a trial to run. With an Idempotency-Key a repeat gets the same one')
  @ApiJsonResponse(200, nextResponse)
  async next(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof nextResponse>> {
    const { worker } = parseRequest(requests.askTrial, body ?? {});
    const { trial, reason, sweep } = await this.#sweeps.next(id, worker, callerOf(headers));
    if (trial === null) {
      const isOver = reason === 'finished' || reason === 'cancelled';
      return { trial, reason, retryAfterMs: isOver ? null : retryAfterMs };
    }
    const { experimentId, earlyStop } = sweep;
    const more = { lease: trial.lease, experimentId, maxSteps: earlyStop?.maxSteps ?? null };
    return { trial: { ...trialJson(trial), ...more }, reason: null, retryAfterMs: null };
  }

  @Get()
  @ApiJsonQuery(requests.listTrials)
  @ApiJsonResponse(200, trialsResponse)
  async list(@Param('id') id: string, @Query() query: unknown): Promise<z.infer<typeof trialsResponse>> {
    const { status, from, limit } = parseRequest(requests.listTrials, query);
    const sweep = await this.#sweeps.sweep(id);
    const found = sweep.trials.slice(from).filter((trial) => status === undefined || trial.status === status);
    return {
      trials: found.slice(0, limit).map((trial) => trialJson(trial)),
      next: found[limit]?.number ?? null,
    };
  }

  @Get(':number')
  @ApiJsonResponse(200, trialResponse)
  async get(@Param('id') id: string, @Param('number') number: string): TrialAnswer {
    return answerOf(await this.#sweeps.sweep(id), numberOf(number));
  }

  @Post(':number/reports')
  @HttpCode(200)
  @ApiJsonBody(requests.report, 'The value after so many steps. Keeps the lease as well')
  @ApiJsonResponse(
    200,
    answerResponse,
    '`pause`: leave it and ask for the next trial, this one may come again; `stop`: it has ended.',
  )
  async report(
    @Param('id') sweep: string,
    @Param('number') number: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof answerResponse>> {
    const said = parseRequest(requests.report, body);
    return this.#sweeps.report({ type: 'report-trial', sweep, number: numberOf(number), ...said }, callerOf(headers));
  }

  @Post(':number/heartbeat')
  @HttpCode(200)
  @ApiJsonBody(requests.beat, 'Keeps the lease of a trial that has nothing to report')
  @ApiJsonResponse(200, answerResponse)
  async beat(
    @Param('id') sweep: string,
    @Param('number') number: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof answerResponse>> {
    const { lease } = parseRequest(requests.beat, body);
    const { actor } = callerOf(headers);
    return this.#sweeps.beat({ type: 'renew-lease', sweep, number: numberOf(number), lease }, { actor });
  }

  @Post(':number/complete')
  @HttpCode(200)
  @ApiJsonBody(requests.finish, 'The final value')
  @ApiJsonResponse(200, trialResponse)
  async complete(
    @Param('id') sweep: string,
    @Param('number') number: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): TrialAnswer {
    const said = parseRequest(requests.finish, body);
    const command = { type: 'finish-trial', sweep, number: numberOf(number), ...said } as const;
    return answerOf(await this.#sweeps.end(command, callerOf(headers)), command.number);
  }

  @Post(':number/fail')
  @HttpCode(200)
  @ApiJsonBody(requests.fail, 'The trial has no result and is not tried again')
  @ApiJsonResponse(200, trialResponse)
  async fail(
    @Param('id') sweep: string,
    @Param('number') number: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): TrialAnswer {
    const said = parseRequest(requests.fail, body);
    const command = { type: 'fail-trial', sweep, number: numberOf(number), ...said } as const;
    return answerOf(await this.#sweeps.end(command, callerOf(headers)), command.number);
  }
}

function numberOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CodedError('SWEEPS_TRIAL_NOT_FOUND', `"${text}" is no number of a trial`);
}

function answerOf(sweep: Sweep, number: number): z.infer<typeof trialResponse> {
  const trial = sweep.trials[number];
  if (trial !== undefined) return trialJson(trial);
  const { code, message } = trialNotFound(sweep, number);
  throw new CodedError(code, message);
}
