import { Controller, Delete, Headers, Inject, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonResponse, ApiProblems, callerOf, ServiceLog } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { PurgeRuns } from '../../flow/retention/purge-runs.ts';

const purged = z.object({ run_id: z.string(), purged: z.literal(true) });

@ApiTags('retention')
@ApiProblems(404, 422, 503)
@Controller('api/v1/runs')
export class PurgeController {
  readonly #purge: PurgeRuns;
  readonly #log: ServiceLog;

  constructor(@Inject(PurgeRuns) purge: PurgeRuns, @Inject(ServiceLog) log: ServiceLog) {
    this.#purge = purge;
    this.#log = log;
  }

  @Delete(':id')
  @ApiJsonResponse(200, purged, 'The run is gone for every reader; its rows are taken out of the store next.')
  async purge(@Param('id') id: string, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof purged>> {
    await this.#purge.purge(id, callerOf(headers));
    // Not waited for: the store may be away, and what is left is done later.
    this.#purge.erase().catch((error: unknown) => this.#log.warn('erasing-runs-failed', { error }));
    return { run_id: id, purged: true };
  }
}
