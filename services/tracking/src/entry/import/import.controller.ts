import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, parseRequest } from '@millrace/service-kit';
import { MlflowError, type MlflowErrorCode } from '@millrace/mlflow-protocol';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Experiment } from '../../flow/experiments/experiments.ts';
import { ImportRuns, type Imported } from '../../flow/import/import-runs.ts';
import type { ExperimentsJournal } from '../../flow/ports.ts';
import { TRACKING_JOURNAL } from '../../tokens.ts';
import { checkExperimentName, checkExperimentTag } from '../experiments/experiment-requests.ts';
import * as requests from './import-requests.ts';
import { inOwnTerms } from './own-terms.ts';

const experimentResponse = z.object({ experimentId: z.string() });
const begunResponse = z.object({
  artifactUri: z.string(),
  created: z.boolean().describe('False when it was there already'),
});

/** Experiments, runs and logged models of another server, with the ids and times that they have there. Nothing here is overwritten. */
@ApiTags('import')
@ApiProblems(400, 404, 409, 503)
@Controller('api/v1/import')
export class ImportController {
  readonly #journal: ExperimentsJournal;
  readonly #runs: ImportRuns;

  constructor(@Inject(TRACKING_JOURNAL) journal: ExperimentsJournal, @Inject(ImportRuns) runs: ImportRuns) {
    this.#journal = journal;
    this.#runs = runs;
  }

  @Post('experiments')
  @ApiJsonBody(requests.importedExperiment)
  @ApiJsonResponse(201, experimentResponse)
  async experiment(
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof experimentResponse>> {
    const { name, tags, ...imported } = parseRequest(requests.importedExperiment, body);
    return inOwnTerms(async () => {
      checkExperimentName(name);
      for (const tag of tags) checkExperimentTag(tag);
      const command = { type: 'create-experiment', name, artifactLocation: null, tags, imported } as const;
      const applied = await this.#journal.submit(command, callerOf(headers));
      if (!applied.ok) throw new MlflowError(applied.code as MlflowErrorCode, applied.message);
      return { experimentId: (applied.result as Experiment).id };
    });
  }

  @Post('runs')
  @ApiJsonBody(requests.importedRun, 'The run as it is begun; params, metrics and all else are logged to it after that')
  @ApiJsonResponse(201, begunResponse)
  run(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof begunResponse>> {
    const run = parseRequest(requests.importedRun, body);
    return inOwnTerms(async () => begunJson(await this.#runs.run(run, callerOf(headers).actor)));
  }

  @Post('logged-models')
  @ApiJsonBody(requests.importedLoggedModel)
  @ApiJsonResponse(201, begunResponse)
  loggedModel(@Body() body: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof begunResponse>> {
    const model = parseRequest(requests.importedLoggedModel, body);
    return inOwnTerms(async () => begunJson(await this.#runs.loggedModel(model, callerOf(headers).actor)));
  }
}

function begunJson({ head, created }: Imported): z.infer<typeof begunResponse> {
  return { artifactUri: head.attribute('artifact_uri') ?? '', created };
}
