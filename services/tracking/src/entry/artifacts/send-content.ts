import type { ArtifactHash, ByteRange, StoredArtifact } from '@millrace/artifacts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { requestedRange } from './byte-range.ts';
import { digestHeaders } from './content-digests.ts';
import { contentTypeOf } from './content-types.ts';

export interface SentFile extends StoredArtifact {
  readonly path: string;
}

/**
 * Streams a file, or the range of it that is asked for. It is never shown in a browser as what it says it is, but saved:
 * anybody may have uploaded it. Its ETag is its hash, so a download that broke goes on with the same bytes or begins anew.
 */
export async function sendContent(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  file: SentFile,
  read: (hash: ArtifactHash, range?: ByteRange) => Promise<Readable>,
): Promise<FastifyReply> {
  const { headers, method } = request;
  const etag = `"${file.hash}"`;
  void reply.headers({
    ...digestHeaders(file.hash),
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-type': contentTypeOf(file.path),
    'content-disposition': attachment(file.path),
    'x-content-type-options': 'nosniff',
  });
  if (names(headers['if-none-match'], etag)) return reply.status(304).send();
  const ifRange = headers['if-range'];
  const wanted = ifRange === undefined || ifRange === etag ? headers.range : undefined;
  const range = requestedRange(wanted, file.sizeBytes);
  if (range === 'unsatisfiable') return reply.status(416).header('content-range', `bytes */${file.sizeBytes}`).send('');
  const sizeBytes = range === null ? file.sizeBytes : range.last - range.first + 1;
  void reply.header('content-length', sizeBytes);
  if (range !== null)
    void reply.status(206).header('content-range', `bytes ${range.first}-${range.last}/${file.sizeBytes}`);
  // An empty stream keeps the length that was set: it is that of the answer to a GET.
  if (method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(await (range === null ? read(file.hash) : read(file.hash, range)));
}

function attachment(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function names(header: string | undefined, etag: string): boolean {
  const listed = header?.split(',').map((item) => item.trim().replace(/^W\//, '')) ?? [];
  return listed.includes(etag) || listed.includes('*');
}
