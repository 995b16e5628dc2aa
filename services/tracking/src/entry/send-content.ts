import type { FastifyReply } from 'fastify';
import type { Readable } from 'node:stream';

/** Streams a file. It is never shown in a browser as what it says it is: anybody may have uploaded it. */
export function sendContent(
  reply: FastifyReply,
  { content, sizeBytes }: { content: Readable; sizeBytes: number },
  name = 'artifact',
): FastifyReply {
  return reply
    .header('content-type', 'application/octet-stream')
    .header('content-length', sizeBytes)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('x-content-type-options', 'nosniff')
    .send(content);
}
