import { Controller, Delete, Get, Headers, Inject, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkRunId, decodeOffset, encodePageToken, invalidParameter, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { ListedArtifact } from '@millrace/artifacts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { listOfPath, listOfRun, pathBehind, receive } from './artifact-requests.ts';
import { runIdOf } from '../runs/run-requests.ts';
import { sendContent } from './send-content.ts';

const proxyPrefix = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts\//;

@ApiTags('MLflow: artifacts')
@Controller(['api/2.0', 'ajax-api/2.0'])
export class ArtifactsController {
  readonly #artifacts: StoredArtifacts;

  constructor(@Inject(StoredArtifacts) artifacts: StoredArtifacts) {
    this.#artifacts = artifacts;
  }

  @Get('mlflow/artifacts/list')
  @ApiJsonQuery(listOfRun)
  async listOfRun(@Query() query: unknown) {
    const { path = '', page_token: token, max_results: size, ...ids } = readRequest(listOfRun, query);
    const runId = runIdOf(ids);
    checkRunId(runId);
    const { rootUri, files } = await this.#artifacts.list({ subject: 'run', id: runId, path });
    return { root_uri: rootUri, ...filesJson(files, { query: [runId, path], token, size }) };
  }

  @Get('mlflow-artifacts/artifacts')
  @ApiJsonQuery(listOfPath)
  async listOfPath(@Query() query: unknown) {
    const { path = '', page_token: token, max_results: size } = readRequest(listOfPath, query);
    const files = await this.#artifacts.listPath(path);
    // Under this route names are relative to the folder that was asked for.
    const named = files.map((file) => ({ ...file, path: file.path.split('/').at(-1) ?? file.path }));
    return filesJson(named, { query: [path], token, size });
  }

  @Put('mlflow-artifacts/artifacts/*')
  async upload(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    const { actor } = callerOf(headers);
    await receive(request, (file) => this.#artifacts.upload(pathBehind(request, proxyPrefix), file, actor));
    return {};
  }

  @Get('mlflow-artifacts/artifacts/*')
  async download(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const file = await this.#artifacts.find(pathBehind(request, proxyPrefix));
    return sendContent({ request, reply }, file, (hash, range) => this.#artifacts.read(hash, range));
  }

  @Delete('mlflow-artifacts/artifacts/*')
  async remove(@Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    await this.#artifacts.remove(pathBehind(request, proxyPrefix), callerOf(headers).actor);
    return {};
  }
}

/** A page of a folder, or all of it when no size is asked for. */
function filesJson(
  files: readonly ListedArtifact[],
  asked: { readonly query: unknown; readonly token: string | undefined; readonly size: number | undefined },
) {
  const { query, token, size = Math.max(files.length, 1) } = asked;
  if (size < 1)
    throw invalidParameter(`Invalid value ${size} for parameter 'max_results' supplied: It must be at least 1.`);
  const start = decodeOffset(query, token);
  const end = start + size;
  return {
    files: files.slice(start, end).map(fileJson),
    ...(end < files.length && { next_page_token: encodePageToken(query, end) }),
  };
}

export function fileJson({ path, isDirectory, sizeBytes }: ListedArtifact) {
  return { path, is_dir: isDirectory, ...(!isDirectory && { file_size: sizeBytes }) };
}
