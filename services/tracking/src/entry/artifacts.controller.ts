import { Controller, Delete, Get, Headers, Inject, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkRunId, invalidParameter, optionalText, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { ListedArtifact } from '@millrace/artifacts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { StoredArtifacts } from '../flow/stored-artifacts.ts';
import { sendContent } from './send-content.ts';
import * as requests from './run-requests.ts';

const folderQuery = z.object({ path: optionalText });
const proxyPrefix = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts\//;

@ApiTags('MLflow: artifacts')
@Controller(['api/2.0', 'ajax-api/2.0'])
export class ArtifactsController {
  readonly #artifacts: StoredArtifacts;

  constructor(@Inject(StoredArtifacts) artifacts: StoredArtifacts) {
    this.#artifacts = artifacts;
  }

  @Get('mlflow/artifacts/list')
  @ApiJsonQuery(requests.listArtifacts)
  async listOfRun(@Query() query: unknown) {
    const { path = '', ...ids } = readRequest(requests.listArtifacts, query);
    const runId = requests.runIdOf(ids);
    checkRunId(runId);
    const { rootUri, files } = await this.#artifacts.list({ subject: 'run', id: runId, path });
    return { root_uri: rootUri, files: files.map(fileJson) };
  }

  @Get('mlflow-artifacts/artifacts')
  @ApiJsonQuery(folderQuery)
  async listOfPath(@Query() query: unknown) {
    const { path = '' } = readRequest(folderQuery, query);
    const files = await this.#artifacts.listPath(path);
    // Under this route names are relative to the folder that was asked for.
    return { files: files.map((file) => fileJson({ ...file, path: file.path.split('/').at(-1) ?? file.path })) };
  }

  @Put('mlflow-artifacts/artifacts/*')
  async upload(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    const body = request.body instanceof Readable ? request.body : Readable.from([]);
    await this.#artifacts.upload(artifactPath(request), body as AsyncIterable<Uint8Array>, callerOf(headers).actor);
    return {};
  }

  @Get('mlflow-artifacts/artifacts/*')
  async download(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const path = artifactPath(request);
    return sendContent(reply, await this.#artifacts.download(path), path.split('/').at(-1));
  }

  @Delete('mlflow-artifacts/artifacts/*')
  async remove(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    await this.#artifacts.remove(artifactPath(request), callerOf(headers).actor);
    return {};
  }
}

export function fileJson({ path, isDirectory, sizeBytes }: ListedArtifact) {
  return { path, is_dir: isDirectory, ...(!isDirectory && { file_size: sizeBytes }) };
}

/** Decoded once and from the raw address: a path that means something else after a second decoding is no path. */
function artifactPath(request: FastifyRequest): string {
  const raw = (request.url.split('?', 1)[0] ?? '').replace(proxyPrefix, '');
  try {
    return decodeURIComponent(raw);
  } catch {
    throw invalidParameter(`Invalid path: ${JSON.stringify(raw.slice(0, 200))}`);
  }
}
