import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

/** Sends JSON as it is made. What fails before the first piece is an answer of its own; later the connection is broken off. */
export async function sendJsonStream(reply: FastifyReply, pieces: AsyncGenerator<string, void, void>): Promise<void> {
  const first = await pieces.next();
  const rest = async function* (): AsyncGenerator<string, void, void> {
    if (first.done === true) return;
    yield first.value;
    yield* pieces;
  };
  reply.header('content-type', 'application/json; charset=utf-8').send(Readable.from(rest(), { objectMode: false }));
}
