import { ClientError } from '../client-error.ts';

export const textEncodings = ['utf-8', 'latin1'] as const;
export type TextEncoding = (typeof textEncodings)[number];

const lineEnd = 0x0a;

/**
 * Whole lines of a file as text. Bytes that are no text in the encoding are an error that names their line: replaced by a placeholder
 * they would be lost without a word. `latin1` is what spreadsheets call it: Windows-1252.
 */
export async function* decodeText(
  path: string,
  chunks: AsyncIterable<Buffer>,
  encoding: TextEncoding = 'utf-8',
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let line = 1;
  const decode = (bytes: Buffer): string => {
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw undecodable(path, line + linesBeforeFault(bytes, encoding), { encoding, cause });
    }
  };
  let held: Buffer[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(lineEnd) + 1;
    if (end === 0) {
      held.push(chunk);
      continue;
    }
    const text = decode(Buffer.concat([...held, chunk.subarray(0, end)]));
    yield text;
    line += countLines(text);
    held = end === chunk.length ? [] : [chunk.subarray(end)];
  }
  if (held.length > 0) yield decode(Buffer.concat(held));
}

function undecodable(
  path: string,
  line: number,
  { encoding, cause }: { readonly encoding: TextEncoding; readonly cause: unknown },
): ClientError {
  return new ClientError(
    'CLIENT_ENCODING_INVALID',
    `"${path}" line ${line} is not ${encoding.toUpperCase()}: give the encoding of the file, for example --encoding latin1`,
    { cause },
  );
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

function linesBeforeFault(bytes: Buffer, encoding: TextEncoding): number {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let lines = 0;
  for (let start = 0; start < bytes.length; lines += 1) {
    const found = bytes.indexOf(lineEnd, start);
    const end = found < 0 ? bytes.length : found + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return lines;
    }
    start = end;
  }
  return lines;
}
