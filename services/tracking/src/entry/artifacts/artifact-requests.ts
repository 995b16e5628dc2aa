import { integer, invalidParameter, optionalText, text } from '@millrace/mlflow-protocol';
import type { FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { invalidPath } from '../../flow/artifacts/artifact-paths.ts';
import type { Arriving } from '../../flow/artifacts/stored-artifacts.ts';
import { digestsOf } from './content-digests.ts';

/** More than that is not worth a clear answer: clients send larger files in parts. */
const mostReadAway = 1024 ** 3;

/** MLflow gives all of a folder at once; whoever sends `max_results` gets pages. */
const pageFields = { page_token: optionalText, max_results: integer.nullish().transform((size) => size ?? undefined) };

export const listOfRun = z.object({
  run_id: optionalText,
  run_uuid: optionalText,
  path: optionalText,
  ...pageFields,
});
export const listOfPath = z.object({ path: optionalText, ...pageFields });
export const createUpload = z.object({
  path: text,
  num_parts: integer.nullish().transform((count) => count ?? 1),
});
export const completeUpload = z.object({
  path: text,
  upload_id: text,
  parts: z.array(z.object({ part_number: integer, etag: text })).max(10_000),
});
export const abortUpload = z.object({ path: text, upload_id: text });
export const fileOfRun = z.object({ run_id: optionalText, run_uuid: optionalText, path: text });
export const fileOfVersion = z.object({ name: text, version: text, path: text });
export const fileOfModel = z.object({ artifact_file_path: optionalText });
export const uploadOfUi = z.object({ run_id: optionalText, run_uuid: optionalText, path: optionalText });

/** The rest of the address behind a prefix, decoded once: a path that means something else after a second decoding is refused. */
export function pathBehind(request: Pick<FastifyRequest, 'url'>, prefix: RegExp): string {
  const raw = (request.url.split('?', 1)[0] ?? '').replace(prefix, '');
  try {
    return decodeURIComponent(raw);
  } catch {
    throw invalidPath();
  }
}

/**
 * Hands the body of a route that streams on, with what its headers say of it. What a refusal leaves unread is read away: else the
 * connection breaks under a client that is still sending, and it never learns why.
 */
export async function receive<T>(request: FastifyRequest, work: (arriving: Arriving) => Promise<T>): Promise<T> {
  const body = request.body instanceof Readable ? request.body : Readable.from([]);
  try {
    return await work({
      content: unbroken(body),
      declaredBytes: declaredBytes(request.headers),
      expected: digestsOf(request.headers),
    });
  } catch (error) {
    await readAway(body).catch(() => {}); // The client is gone: nobody waits for the refusal.
    throw error;
  }
}

/** Leaving the loop early must not end the stream, and the connection with it. */
function unbroken(body: Readable): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array> };
}

async function readAway(body: Readable): Promise<void> {
  let sizeBytes = 0;
  if (body.readableEnded || body.destroyed) return;
  for await (const chunk of unbroken(body)) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostReadAway) return;
  }
}

/** All of it, for a route that takes small bodies only. */
export async function smallBody({ content, declaredBytes: declared }: Arriving, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): Error => invalidParameter(`Artifact size is too large. Max size is ${maxBytes / 1024 ** 2}MB.`);
  if (declared > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of content) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, sizeBytes);
}

function declaredBytes(headers: IncomingHttpHeaders): number {
  const length = Number(headers['content-length'] ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}
