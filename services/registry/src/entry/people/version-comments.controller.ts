import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, Comments, commentResponse, commentsResponse, commentText, versionKey } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { RegistryJournal } from '../../flow/ports.ts';
import type { ModelVersion } from '../../flow/registry-state.ts';
import { findVersion } from '../../flow/rejections.ts';
import { REGISTRY_JOURNAL } from '../../tokens.ts';
import { versionNumberOf } from '../governance/governance-requests.ts';

type CommentAnswer = Promise<z.infer<typeof commentResponse>>;

@ApiTags('comments')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/models/:name/versions/:version/comments')
export class VersionCommentsController {
  readonly #comments: Comments;
  readonly #registry: RegistryJournal;
  readonly #access: Access;

  constructor(
    @Inject(Comments) comments: Comments,
    @Inject(REGISTRY_JOURNAL) registry: RegistryJournal,
    @Inject(Access) access: Access,
  ) {
    this.#comments = comments;
    this.#registry = registry;
    this.#access = access;
  }

  @Get()
  @ApiJsonResponse(200, commentsResponse, 'What was said of a version, oldest first.')
  async list(
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<z.infer<typeof commentsResponse>> {
    const { createdAtMs, on } = await this.#version(name, version);
    return { comments: await this.#comments.list(on, createdAtMs) };
  }

  @Post()
  @ApiJsonBody(commentText)
  @ApiJsonResponse(201, commentResponse)
  async add(
    @Param('name') name: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): CommentAnswer {
    const { text } = parseRequest(commentText, body);
    const { on } = await this.#version(name, version);
    return this.#comments.add(on, text, callerOf(headers));
  }

  @Put(':comment')
  @ApiJsonBody(commentText, 'By its author')
  @ApiJsonResponse(200, commentResponse)
  async edit(
    @Param() { name, version, comment: id }: Readonly<Record<'name' | 'version' | 'comment', string>>,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): CommentAnswer {
    const { text } = parseRequest(commentText, body);
    const { on } = await this.#version(name, version);
    return this.#comments.edit({ on, id, text }, callerOf(headers));
  }

  /** By its author or an admin of the model. */
  @Delete(':comment')
  @HttpCode(204)
  async delete(
    @Param('name') name: string,
    @Param('version') version: string,
    @Param('comment') id: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const { on } = await this.#version(name, version);
    const role = await this.#access.roleOn(headers, { kind: 'model', id: name });
    await this.#comments.delete({ on, id, role }, callerOf(headers));
  }

  async #version(name: string, version: string): Promise<ModelVersion & { readonly on: string }> {
    const found = findVersion(await this.#registry.read(), name, versionNumberOf(version));
    if (!found.ok) throw new CodedError('REGISTRY_VERSION_NOT_FOUND', found.message);
    return { ...found.version, on: versionKey(name, String(found.version.version)) };
  }
}
