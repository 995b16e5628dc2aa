import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CodedError } from './coded-error.ts';

/** Routes whose body goes to the handler as a stream, whatever its type: uploads of any size in constant memory. */
export type StreamsBody = (request: { readonly method: string; readonly path: string }) => boolean;

/**
 * One parser for every content type. Clients that forget or mistake the header (`curl -d`) are understood, and a body
 * that is no JSON is a 400 that says where, never a 500.
 */
export function acceptBodies(fastify: FastifyInstance, options: { maxBytes: number; streamsBody: StreamsBody }): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    if (options.streamsBody({ method: request.method, path })) return payload;
    return parseJson(await collect(payload, options.maxBytes));
  });
}

async function collect(payload: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(payload.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError('REQUEST_MALFORMED', `the body is not JSON: ${reason}`, { cause });
  }
}

function tooLarge(maxBytes: number): CodedError {
  return new CodedError('REQUEST_BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
}
