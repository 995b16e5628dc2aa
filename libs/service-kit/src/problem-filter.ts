import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, type Problem, type ProblemStatuses } from './problem.ts';
import type { ServiceLog } from './service-log.ts';

/** A problem in the words of a protocol that is not ours, and with its status where that is another. */
interface RenderedProblem {
  readonly body: unknown;
  readonly status?: number;
}

/** How a protocol that is not ours (MLflow's, Feast's) words a problem; undefined leaves it to RFC 9457. */
export type RenderProblem = (problem: Problem, path: string) => RenderedProblem | undefined;

export interface ProblemReplies {
  readonly statuses: ProblemStatuses;
  readonly render: RenderProblem;
  readonly log: ServiceLog;
}

/** Every error of every route ends here: one place where codes become HTTP. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #replies: ProblemReplies;

  constructor(replies: ProblemReplies) {
    this.#replies = replies;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    replyWithProblem(this.#replies, {
      error,
      request: http.getRequest<FastifyRequest>(),
      reply: http.getResponse<FastifyReply>(),
    });
  }
}

export function replyWithProblem(
  { statuses, render, log }: ProblemReplies,
  { error, request, reply }: { error: unknown; request: FastifyRequest; reply: FastifyReply },
): void {
  const problem = problemOf(error, statuses);
  const path = request.url.split('?', 1)[0] ?? '/';
  if (problem.status === 500) log.error('request-failed', { method: request.method, path, error });
  else if (problem.status === 503) log.warn('request-unavailable', { method: request.method, path, error });
  if (reply.sent || reply.raw.headersSent) {
    // The answer had begun: cutting the connection is the only way left to say that it is not complete.
    reply.raw.destroy();
    return;
  }
  const { retryAfterSeconds, ...document } = problem;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
  const rendered = render(problem, path);
  const contentType = rendered ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8';
  void reply
    .status(rendered?.status ?? problem.status)
    .header('content-type', contentType)
    .send(JSON.stringify(rendered ? rendered.body : document));
}
