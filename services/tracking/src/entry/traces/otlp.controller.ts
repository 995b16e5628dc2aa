import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { otlpTracesPath } from '@millrace/mlflow-protocol';
import { Access } from '@millrace/people';
import { callerOf, CodedError } from '@millrace/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { ExportSpans } from '../../flow/traces/export-spans.ts';
import { collectBody, invalid, readExport, unpackBody } from './otlp-body.ts';

const experimentHeader = 'x-mlflow-experiment-id';
const runHeader = 'x-mlflow-run-id';

/** OTLP over HTTP, as MLflow's server takes it: protobuf or JSON, the experiment in a header. */
@ApiTags('OpenTelemetry')
@Controller()
export class OtlpController {
  readonly #export: ExportSpans;
  readonly #access: Access;

  constructor(@Inject(ExportSpans) exportSpans: ExportSpans, @Inject(Access) access: Access) {
    this.#export = exportSpans;
    this.#access = access;
  }

  @Post(otlpTracesPath)
  async traces(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const experimentId = textOf(headers[experimentHeader]);
    if (experimentId === null) {
      const detail = [{ type: 'missing', loc: ['header', experimentHeader], msg: 'Field required', input: null }];
      void reply.status(422).send({ detail });
      return;
    }
    const mediaType = mediaTypeOf(headers['content-type']);
    const body = request.body instanceof Readable ? await collectBody(request.body) : Buffer.alloc(0);
    const unpacked = await unpackBody(body, (headers['content-encoding'] ?? '').toLowerCase());
    const exported = await this.#export.run({
      experimentId,
      runId: textOf(headers[runHeader]),
      request: readExport(unpacked, mediaType),
      author: callerOf(headers),
      permit: (traceIds) =>
        this.#access.require(
          headers,
          'editor',
          traceIds.map((id) => ({ kind: 'trace', id, mayBeNew: true })),
        ),
    });
    if (!exported.ok) {
      throw new CodedError('OTLP_SPAN_REFUSED', 'Cannot convert OpenTelemetry span to MLflow span');
    }
    // An answer of which every field has its default takes no bytes.
    void reply.status(200).header('content-type', 'application/x-protobuf').send(Buffer.alloc(0));
  }
}

function mediaTypeOf(contentType: string | undefined): 'application/x-protobuf' | 'application/json' {
  const mediaType = contentType?.split(';', 1)[0]?.trim();
  if (mediaType === 'application/x-protobuf' || mediaType === 'application/json') return mediaType;
  throw invalid(`Invalid Content-Type: ${contentType ?? 'None'}. Expected: application/x-protobuf or application/json`);
}

function textOf(header: string | string[] | undefined): string | null {
  const text = Array.isArray(header) ? header[0] : header;
  return text === undefined || text === '' ? null : text;
}
