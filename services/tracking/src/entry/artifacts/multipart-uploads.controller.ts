import { Controller, Headers, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { invalidParameter, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonBody, callerOf, SERVICE_CONFIG } from '@millrace/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { TrackingConfig } from '../../config.ts';
import { MultipartArtifacts } from '../../flow/artifacts/multipart-artifacts.ts';
import { abortUpload, completeUpload, createUpload, pathBehind, receive } from './artifact-requests.ts';
import { clientAddress } from './client-address.ts';
import { digestHeaders } from './content-digests.ts';

const partsPath = '/api/2.0/mlflow-artifacts/mpu/parts';

/** Uploads in parts. The addresses of parts hold the secret id of the upload: clients send no other credentials to them. */
@ApiTags('MLflow: artifacts')
@Controller(['api/2.0/mlflow-artifacts/mpu', 'ajax-api/2.0/mlflow-artifacts/mpu'])
export class MultipartUploadsController {
  readonly #uploads: MultipartArtifacts;
  readonly #publicUrl: string | null;

  constructor(@Inject(MultipartArtifacts) uploads: MultipartArtifacts, @Inject(SERVICE_CONFIG) config: TrackingConfig) {
    this.#uploads = uploads;
    this.#publicUrl = config.artifacts.publicUrl;
  }

  @Post('create/*')
  @HttpCode(200)
  @ApiJsonBody(createUpload)
  async create(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    const { path, num_parts: count } = readRequest(createUpload, request.body);
    const id = await this.#uploads.create(targetOf(request, path), count);
    const address = clientAddress(headers, this.#publicUrl) + partsPath;
    const credentials = Array.from({ length: count }, (_, index) => ({
      url: `${address}/${id}/${index + 1}`,
      part_number: index + 1,
      headers: {},
    }));
    return { upload_id: id, credentials };
  }

  @Put('parts/:id/:number')
  async putPart(
    @Param('id') id: string,
    @Param('number') number: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    if (!/^\d{1,5}$/.test(number)) throw invalidParameter(`Invalid part number: ${JSON.stringify(number)}`);
    const { hash } = await receive(request, (part) => this.#uploads.putPart(id, Number(number), part));
    return reply.headers({ ...digestHeaders(hash), etag: `"${hash}"` }).send({});
  }

  @Post('complete/*')
  @HttpCode(200)
  @ApiJsonBody(completeUpload)
  async complete(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    const { path, upload_id: id, parts } = readRequest(completeUpload, request.body);
    const named = parts.map(({ part_number: part, etag }) => ({ number: part, etag }));
    await this.#uploads.complete(targetOf(request, path), id, named, callerOf(headers).actor);
    return {};
  }

  @Post('abort/*')
  @HttpCode(200)
  @ApiJsonBody(abortUpload)
  async abort(@Req() request: FastifyRequest) {
    const { path, upload_id: id } = readRequest(abortUpload, request.body);
    await this.#uploads.abort(targetOf(request, path), id);
    return {};
  }
}

/** The folder is in the address, the name of the file is the last part of the client's own path to it, on any system. */
function targetOf(request: FastifyRequest, localPath: string): string {
  const folder = pathBehind(request, /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/mpu\/(?:create|complete|abort)\//);
  const name = localPath.split(/[/\\]/).at(-1) ?? '';
  return `${folder.replace(/\/$/, '')}/${name}`;
}
