import { Controller, Get, Headers, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkRunId, invalidParameter, MlflowError, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery, callerOf } from '@millrace/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { filePath } from '../../flow/artifacts/artifact-paths.ts';
import { placeOfUri, type ArtifactPlace } from '../../flow/artifacts/artifact-roots.ts';
import type { VersionSources } from '../../flow/ports.ts';
import { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { VERSION_SOURCES } from '../../tokens.ts';
import { fileOfModel, fileOfRun, fileOfVersion, receive, smallBody, uploadOfUi } from './artifact-requests.ts';
import { runIdOf } from '../runs/run-requests.ts';
import { sendContent } from './send-content.ts';

const largestUiUpload = 10 * 1024 ** 2;

/** Single files, as MLflow's user interface fetches and sends them. */
@ApiTags('MLflow: artifacts')
@Controller()
export class ArtifactFilesController {
  readonly #artifacts: StoredArtifacts;
  readonly #sources: VersionSources;

  constructor(@Inject(StoredArtifacts) artifacts: StoredArtifacts, @Inject(VERSION_SOURCES) sources: VersionSources) {
    this.#artifacts = artifacts;
    this.#sources = sources;
  }

  @Get('get-artifact')
  @ApiJsonQuery(fileOfRun)
  async ofRun(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { path, ...ids } = readRequest(fileOfRun, query);
    const id = runIdOf(ids);
    checkRunId(id);
    return this.#send(request, reply, { subject: 'run', id, path });
  }

  @Get('model-versions/get-artifact')
  @ApiJsonQuery(fileOfVersion)
  async ofVersion(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { name, version, path } = readRequest(fileOfVersion, query);
    const source = await this.#sources.sourceOf(name, version);
    const root = placeOfUri(source);
    if (root === null) throw invalidParameter(`The files of version ${version} of ${name} lie elsewhere: ${source}`);
    const inner = filePath(path);
    return this.#send(request, reply, { ...root, path: root.path === '' ? inner : `${root.path}/${inner}` });
  }

  @Get(['api/2.0/mlflow/logged-models/:id/artifacts/files', 'ajax-api/2.0/mlflow/logged-models/:id/artifacts/files'])
  @ApiJsonQuery(fileOfModel)
  async ofModel(
    @Param('id') id: string,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { artifact_file_path: path = '' } = readRequest(fileOfModel, query);
    if (path === '')
      throw new MlflowError('BAD_REQUEST', 'Request must include the "artifact_file_path" query parameter.');
    return this.#send(request, reply, { subject: 'logged-model', id, path });
  }

  @Post(['ajax-api/2.0/mlflow/upload-artifact', 'api/2.0/mlflow/upload-artifact'])
  @HttpCode(200)
  @ApiJsonQuery(uploadOfUi)
  async upload(@Query() query: unknown, @Req() request: FastifyRequest, @Headers() headers: IncomingHttpHeaders) {
    const { run_id: id, run_uuid: uuid, path = '' } = readRequest(uploadOfUi, query);
    const runId = id || uuid || '';
    if (runId === '') throw invalidParameter('Request must specify run_id or run_uuid.');
    if (path === '') throw invalidParameter('Request must specify path.');
    checkRunId(runId);
    const target = `${runId}/artifacts/${filePath(path)}`;
    const { actor } = callerOf(headers);
    await receive(request, async (body) => {
      const content = await smallBody(body, largestUiUpload);
      if (content.length === 0) throw invalidParameter('Request must specify data.');
      const whole = { ...body, content: Readable.from([content]), declaredBytes: content.length };
      await this.#artifacts.upload(target, whole, actor);
    });
    return {};
  }

  async #send(request: FastifyRequest, reply: FastifyReply, place: ArtifactPlace): Promise<FastifyReply> {
    const file = await this.#artifacts.findAt(place);
    return sendContent({ request, reply }, file, (hash, range) => this.#artifacts.read(hash, range));
  }
}
