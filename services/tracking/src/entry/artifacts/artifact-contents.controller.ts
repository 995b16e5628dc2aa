import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiJsonQuery, ApiJsonResponse, ApiProblems, CodedError, parseRequest } from '@millrace/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MultipartArtifacts } from '../../flow/artifacts/multipart-artifacts.ts';
import { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { sendContent } from './send-content.ts';

const resolveQuery = z.object({ uri: z.string().min(1).max(2048) });
const resolved = z.object({
  artifactUri: z.string(),
  runId: z.string().nullable(),
  modelId: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), hash: z.string(), sizeBytes: z.number() })),
});
const upload = z.object({
  target: z.string(),
  completed: z.boolean(),
  parts: z.array(z.object({ number: z.number(), etag: z.string(), sizeBytes: z.number() })),
});

@ApiTags('artifacts')
@ApiProblems(404, 503)
@Controller('api/v1/artifacts')
export class ArtifactContentsController {
  readonly #artifacts: StoredArtifacts;
  readonly #uploads: MultipartArtifacts;

  constructor(
    @Inject(StoredArtifacts) artifacts: StoredArtifacts,
    @Inject(MultipartArtifacts) uploads: MultipartArtifacts,
  ) {
    this.#artifacts = artifacts;
    this.#uploads = uploads;
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
  async content(@Param('hash') hash: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const found = await this.#artifacts.findContent(hash);
    const file = { ...found, path: found.hash };
    return sendContent({ request, reply }, file, (of, range) => this.#artifacts.read(of, range));
  }

  /** The parts that have arrived: a client that was interrupted sends the others and completes the upload. */
  @Get('uploads/:id')
  @ApiJsonResponse(200, upload, 'What has arrived of an upload in parts, by its id.')
  async upload(@Param('id') id: string): Promise<z.infer<typeof upload>> {
    const { target, completed, parts } = await this.#uploads.find(id);
    return {
      target,
      completed: completed !== null,
      parts: parts.map(({ number, hash, sizeBytes }) => ({ number, etag: `"${hash}"`, sizeBytes })),
    };
  }
}
