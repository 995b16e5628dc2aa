import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '@millrace/people';
import { ApiJsonQuery, ApiJsonResponse, ApiProblems, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { findVersions } from '../../flow/lineage/find-versions.ts';
import { TraceVersion } from '../../flow/lineage/trace-version.ts';
import { seenBy } from '../../flow/people/registered-subjects.ts';
import type { RegistryJournal } from '../../flow/ports.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { versionNumberOf } from './governance-requests.ts';
import { foundJson, foundResponse, lineageJson, lineageResponse } from './lineage-json.ts';

const text = z.string().min(1).max(300).optional();
const originQuery = z.object({ runId: text, modelId: text, commit: text, dataHash: text, artifactHash: text });

@ApiTags('lineage')
@ApiProblems(404, 503)
@Controller('api/v1')
export class LineageController {
  readonly #journal: RegistryJournal;
  readonly #trace: TraceVersion;

  readonly #access: Access;

  constructor(
    @Inject(REGISTRY_JOURNAL) journal: RegistryJournal,
    @Inject(TraceVersion) trace: TraceVersion,
    @Inject(Access) access: Access,
  ) {
    this.#journal = journal;
    this.#trace = trace;
    this.#access = access;
  }

  @Get('models/:name/versions/:version/lineage')
  @ApiJsonResponse(200, lineageResponse, 'What a version came from and what came of it.')
  async lineage(
    @Param('name') name: string,
    @Param('version') version: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<z.infer<typeof lineageResponse>> {
    const lineage = await this.#trace.of(name, versionNumberOf(version), this.#access.sight(headers));
    if (lineage === null)
      throw new CodedError('REGISTRY_VERSION_NOT_FOUND', `model "${name}" has no version ${version}`);
    return lineageJson(lineage);
  }

  @Get('lineage')
  @ApiJsonQuery(originQuery)
  @ApiJsonResponse(200, foundResponse, 'The versions that came of a run, a logged model, a commit, data or a file.')
  async find(@Query() query: unknown, @Headers() headers: IncomingHttpHeaders): Promise<z.infer<typeof foundResponse>> {
    const origin = parseRequest(originQuery, query);
    if (Object.values(origin).every((value) => value === undefined)) {
      const names = Object.keys(originQuery.shape).join(', ');
      throw new CodedError('REGISTRY_ORIGIN_INVALID', `say what the versions came of: one of ${names}`);
    }
    const sees = this.#access.sight(headers);
    return foundJson(findVersions(seenBy(await this.#journal.read(), sees), origin));
  }
}
