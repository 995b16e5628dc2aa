import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, Comments, commentResponse, commentsResponse, commentText, runKey } from '@millrace/people';
import { ApiJsonBody, ApiJsonResponse, ApiProblems, callerOf, CodedError, parseRequest } from '@millrace/service-kit';
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import { LiveRuns } from '../../flow/runs/live-runs.ts';

type CommentAnswer = Promise<z.infer<typeof commentResponse>>;

@ApiTags('comments')
@ApiProblems(400, 401, 403, 404, 503)
@Controller('api/v1/runs/:id/comments')
export class RunCommentsController {
  readonly #comments: Comments;
  readonly #runs: LiveRuns;
  readonly #access: Access;

  constructor(@Inject(Comments) comments: Comments, @Inject(LiveRuns) runs: LiveRuns, @Inject(Access) access: Access) {
    this.#comments = comments;
    this.#runs = runs;
    this.#access = access;
  }

  @Get()
  @ApiJsonResponse(200, commentsResponse, 'What was said of a run, oldest first.')
  async list(@Param('id') id: string): Promise<z.infer<typeof commentsResponse>> {
    return { comments: await this.#comments.list(await this.#runAt(id), 0) };
  }

  @Post()
  @ApiJsonBody(commentText)
  @ApiJsonResponse(201, commentResponse)
  async add(@Param('id') id: string, @Body() body: unknown, @Headers() headers: IncomingHttpHeaders): CommentAnswer {
    const { text } = parseRequest(commentText, body);
    return this.#comments.add(await this.#runAt(id), text, callerOf(headers));
  }

  @Put(':comment')
  @ApiJsonBody(commentText, 'By its author')
  @ApiJsonResponse(200, commentResponse)
  async edit(
    @Param('id') run: string,
    @Param('comment') id: string,
    @Body() body: unknown,
    @Headers() headers: IncomingHttpHeaders,
  ): CommentAnswer {
    const { text } = parseRequest(commentText, body);
    return this.#comments.edit({ on: runKey(run), id, text }, callerOf(headers));
  }

  /** By its author or an admin of the experiment. */
  @Delete(':comment')
  @HttpCode(204)
  async delete(
    @Param('id') run: string,
    @Param('comment') id: string,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<void> {
    const role = await this.#access.roleOn(headers, { kind: 'run', id: run });
    await this.#comments.delete({ on: runKey(run), id, role }, callerOf(headers));
  }

  async #runAt(id: string): Promise<string> {
    if (!id.isWellFormed() || (await this.#runs.get('run', id)) === null)
      throw new CodedError('TRACKING_RUN_NOT_FOUND', `there is no run with the id "${id.slice(0, 100)}"`);
    return runKey(id);
  }
}
