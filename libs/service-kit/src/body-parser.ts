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

/** By events: an async iterator costs more than all the rest of a small request. */
function collect(payload: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(payload.headers['content-length'] ?? 0);
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      payload.off('data', take);
      reject(tooLarge(maxBytes));
    };
    payload.on('data', take);
    payload.once('error', reject);
    payload.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    payload.once('close', () => {
      if (!payload.readableEnded) reject(new CodedError('REQUEST_MALFORMED', 'the body ended before its end'));
    });
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError('REQUEST_MALFORMED', `the body is not JSON: ${reason}`, { cause });
  }
}

function tooLarge(maxBytes: number): CodedError {
  return new CodedError('REQUEST_BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`);
}
