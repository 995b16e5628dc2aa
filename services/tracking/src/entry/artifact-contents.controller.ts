import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonQuery, ApiJsonResponse, ApiProblems, CodedError, parseRequest } from '@millrace/service-kit';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { StoredArtifacts } from '../flow/stored-artifacts.ts';
import { sendContent } from './send-content.ts';

const resolveQuery = z.object({ uri: z.string().min(1).max(2048) });
const resolved = z.object({
  artifactUri: z.string(),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), hash: z.string(), sizeBytes: z.number() })),
});

@ApiTags('artifacts')
@ApiProblems(404, 503)
@Controller('api/v1/artifacts')
export class ArtifactContentsController {
  readonly #artifacts: StoredArtifacts;

  constructor(@Inject(StoredArtifacts) artifacts: StoredArtifacts) {
    this.#artifacts = artifacts;
  }

  @Get('resolve')
  @ApiJsonQuery(resolveQuery)
  @ApiJsonResponse(
    200,
    resolved,
    'The files at a runs:/, models:/m-… or mlflow-artifacts:/ address, with their hashes.',
  )
  async resolve(@Query() query: unknown): Promise<z.infer<typeof resolved>> {
    const { uri } = parseRequest(resolveQuery, query);
    const found = await this.#artifacts.resolve(uri);
    if (found === null)
      throw new CodedError('TRACKING_ARTIFACTS_NOT_FOUND', `no run and no logged model has the address ${uri}`);
    return { ...found, files: [...found.files] };
  }

  /** The bytes of a hash: what a promoted version was, whatever has been logged since. */
  @Get('sha256/:hash')
  async content(@Param('hash') hash: string, @Res() reply: FastifyReply) {
    return sendContent(reply, await this.#artifacts.content(hash), hash);
  }
}
