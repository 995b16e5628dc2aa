export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Bytes of the whole answer in what was given. */
  readonly length: number;
  readonly closes: boolean;
}

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/** The HTTP/1.1 answer that the bytes begin with, or null while it is not there to its end. */
export function readHttpAnswer(bytes: Buffer): HttpAnswer | null {
  const end = bytes.indexOf(headEnd);
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end).toLowerCase();
  const status = Number(head.slice(9, 12));
  const bodyAt = end + headEnd.length;
  const closes = /\r\nconnection: *close/.test(head);
  if (/\r\ntransfer-encoding: *chunked/.test(head)) {
    const chunks = readChunks(bytes, bodyAt);
    return chunks && { status, closes, ...chunks };
  }
  const length = bodyAt + Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0);
  if (bytes.length < length) return null;
  return { status, closes, body: bytes.subarray(bodyAt, length), length };
}

function readChunks(bytes: Buffer, from: number): { body: Buffer; length: number } | null {
  const chunks: Buffer[] = [];
  for (let at = from; ;) {
    const sizeEnd = bytes.indexOf(lineEnd, at);
    if (sizeEnd === -1) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, sizeEnd), 16);
    const start = sizeEnd + lineEnd.length;
    const next = start + size + lineEnd.length;
    if (bytes.length < next) return null;
    // No server here sends trailers: the last chunk is followed by an empty line.
    if (size === 0) return { body: Buffer.concat(chunks), length: next };
    chunks.push(bytes.subarray(start, start + size));
    at = next;
  }
}
