import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { invalidParameter, MlflowError, optionalText, readRequest } from '@millrace/mlflow-protocol';
import { ApiJsonQuery } from '@millrace/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { StoredArtifacts } from '../../flow/artifacts/stored-artifacts.ts';
import { ReadTraces } from '../../flow/traces/read-traces.ts';
import { traceFolder } from '../../flow/artifacts/artifact-roots.ts';
import { traceDataFile } from '../../flow/traces/trace-artifacts.ts';
import { sendContent } from '../artifacts/send-content.ts';
import { traceDataJson } from './trace-data-json.ts';

const asked = z.object({ request_id: optionalText, path: optionalText });
const attachmentId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const prefixes = ['api/2.0', 'ajax-api/2.0', 'api/3.0', 'ajax-api/3.0'].map((prefix) => `${prefix}/mlflow`);

/** Spans and attachments of a trace, as MLflow's user interface fetches them: as files. */
@ApiTags('MLflow: traces')
@Controller(prefixes)
export class TraceArtifactController {
  readonly #traces: ReadTraces;
  readonly #artifacts: StoredArtifacts;

  constructor(@Inject(ReadTraces) traces: ReadTraces, @Inject(StoredArtifacts) artifacts: StoredArtifacts) {
    this.#traces = traces;
    this.#artifacts = artifacts;
  }

  @Get('get-trace-artifact')
  @ApiJsonQuery(asked)
  async get(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { request_id: traceId = '', path = '' } = readRequest(asked, query);
    if (traceId === '') {
      throw new MlflowError('BAD_REQUEST', 'Request must include the "request_id" query parameter.');
    }
    if (path !== '') return this.#sendAttachment(traceId, path, { request, reply });
    const { info, spans } = await this.#traces.whole(traceId, { allowPartial: true });
    // Clients before MLflow 3 keep the spans of a trace in a file of their own.
    if (spans.length === 0) return this.#sendFile(traceId, traceDataFile, { request, reply });
    return reply
      .headers({
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="${traceDataFile}"`,
        'x-content-type-options': 'nosniff',
      })
      .send(traceDataJson(info, spans));
  }

  async #sendAttachment(traceId: string, path: string, exchange: Exchange): Promise<FastifyReply> {
    if (!attachmentId.test(path)) {
      throw invalidParameter(`Invalid attachment path: '${path.slice(0, 200)}'. Attachment path must be a valid UUID.`);
    }
    await this.#traces.info(traceId);
    return this.#sendFile(traceId, `attachments/${path}`, exchange);
  }

  async #sendFile(traceId: string, path: string, exchange: Exchange): Promise<FastifyReply> {
    const file = await this.#artifacts.findAt({ subject: 'trace', id: traceFolder(traceId), path });
    return sendContent(exchange, file, (hash, range) => this.#artifacts.read(hash, range));
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
