import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';

/** An answer up to this length, in characters, is made whole and sent at once. */
const wholeLength = 1 << 20;

/**
 * Sends JSON as it is made, or at once where it turns out to be short. What fails before the first piece is sent is an answer of
 * its own; later the connection is broken off.
 */
export async function sendJsonStream(reply: FastifyReply, pieces: AsyncGenerator<string, void, void>): Promise<void> {
  reply.header('content-type', 'application/json; charset=utf-8');
  let made = '';
  while (made.length < wholeLength) {
    const next = await pieces.next();
    if (next.done === true) return void reply.send(made);
    made += next.value;
  }
  const rest = async function* (): AsyncGenerator<string, void, void> {
    yield made;
    yield* pieces;
  };
  reply.send(Readable.from(rest(), { objectMode: false }));
}
