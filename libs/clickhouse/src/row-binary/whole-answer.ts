import { TransientError } from '@millrace/events';
import { extractErrorAtTheEndOfChunk } from '@clickhouse/client';

/** More than the server writes of an exception into the body of an answer that it has begun (16 KiB). */
const heldBytes = 32 * 1024;

interface AnswerEnd {
  /** What ends a whole answer, and nothing else. */
  readonly mark: Buffer;
  /** By which the server knows its own exceptions within an answer; older ones name none. */
  readonly exceptionTag: string | undefined;
}

/**
 * The bytes of an answer before its mark. An answer that ends without it throws what the server wrote there instead, or
 * what happened to the connection. The newest bytes are held back, so that an exception is not taken for data.
 */
export async function* wholeAnswer(pieces: AsyncIterable<Buffer>, end: AnswerEnd): AsyncGenerator<Buffer, void, void> {
  const held: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of pieces) {
      held.push(piece);
      size += piece.length;
      for (let oldest = held[0]; oldest !== undefined && size - oldest.length >= heldBytes; oldest = held[0]) {
        held.shift();
        size -= oldest.length;
        yield oldest;
      }
    }
  } catch (error) {
    throw exceptionIn(Buffer.concat(held), end) ?? error;
  }
  const last = Buffer.concat(held);
  const at = last.length - end.mark.length;
  if (at < 0 || !last.subarray(at).equals(end.mark)) {
    const exception = exceptionIn(last, end);
    throw exception ?? new TransientError('clickhouse', 'ClickHouse is not available to query: its answer broke off');
  }
  if (at > 0) yield last.subarray(0, at);
}

function exceptionIn(last: Buffer, { exceptionTag }: AnswerEnd): Error | null {
  const isThere = exceptionTag !== undefined && last.includes(`__exception__\r\n${exceptionTag}`);
  return isThere ? extractErrorAtTheEndOfChunk(last, exceptionTag) : null;
}
