import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonQuery, ApiProblems, CodedError, parseRequest, readMoment } from '@millrace/service-kit';
import { z } from 'zod';
import { PastRuns } from '../../flow/audit/past-runs.ts';
import { LiveRuns } from '../../flow/runs/live-runs.ts';
import type { ExperimentsJournal } from '../../flow/ports.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import { experimentJson, runJson } from '../mlflow-json.ts';

const past = z.object({
  at: z
    .string()
    .max(100)
    .optional()
    .describe(
      'Milliseconds since 1970, a time in ISO 8601 with its zone, or offset:N of the log that holds it; now when absent',
    ),
});

/** Runs and experiments, as they are and as they were at a moment, in MLflow's form. */
@ApiTags('audit')
@ApiProblems(400, 404, 503)
@Controller('api/v1')
export class PastRunsController {
  readonly #past: PastRuns;
  readonly #live: LiveRuns;
  readonly #experiments: ExperimentsJournal;

  constructor(
    @Inject(PastRuns) pastRuns: PastRuns,
    @Inject(LiveRuns) live: LiveRuns,
    @Inject(TRACKING_JOURNAL) experiments: ExperimentsJournal,
  ) {
    this.#past = pastRuns;
    this.#live = live;
    this.#experiments = experiments;
  }

  @Get('runs/:id')
  @ApiJsonQuery(past)
  async run(@Param('id') id: string, @Query() query: unknown) {
    const { at } = parseRequest(past, query);
    if (at !== undefined) {
      const { head, offset } = await this.#past.run(id, readMoment(at));
      return { run: runJson(head), offset };
    }
    const head = await this.#live.get('run', id);
    if (head === null) throw new CodedError('TRACKING_RUN_NOT_FOUND', `there is no run "${id.slice(0, 100)}"`);
    return { run: runJson(head) };
  }

  @Get('experiments/:id')
  @ApiJsonQuery(past)
  async experiment(@Param('id') id: string, @Query() query: unknown) {
    const { at } = parseRequest(past, query);
    if (at !== undefined) return { experiment: experimentJson(await this.#past.experiment(id, readMoment(at))) };
    const experiment = (await this.#experiments.read()).experiments.get(id);
    if (experiment === undefined)
      throw new CodedError('TRACKING_EXPERIMENT_NOT_FOUND', `there is no experiment "${id.slice(0, 100)}"`);
    return { experiment: experimentJson(experiment) };
  }
}
