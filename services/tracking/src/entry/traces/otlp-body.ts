import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import { OtlpFormatError, readTraceRequest, readTraceRequestJson, type ResourceSpans } from '@millrace/otlp';
import { CodedError } from '@millrace/service-kit';

/** Of a request, as it comes and again when it is unpacked. */
const maxBytes = 64 * 1024 * 1024;

const unpackers = { gzip: promisify(gunzip), zlib: promisify(inflate), deflate: promisify(inflateRaw) } as const;
const limits = { maxOutputLength: maxBytes };

export async function collectBody(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Encodings as exporters use them: `deflate` with or without the frame that it should have. */
export async function unpackBody(body: Buffer, encoding: string): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body;
  if (encoding === 'gzip') return unpack(() => unpackers.gzip(body, limits), encoding);
  if (encoding !== 'deflate') throw invalid(`Unsupported Content-Encoding: ${encoding}`);
  return unpack(
    () =>
      unpackers.zlib(body, limits).catch((error: unknown) => {
        if (isTooLarge(error)) throw error;
        return unpackers.deflate(body, limits);
      }),
    encoding,
  );
}

export function readExport(body: Buffer, mediaType: 'application/x-protobuf' | 'application/json'): ResourceSpans[] {
  let request: ResourceSpans[];
  try {
    request = mediaType === 'application/json' ? readTraceRequestJson(textOf(body)) : readTraceRequest(body);
  } catch (cause) {
    if (cause instanceof OtlpFormatError) throw invalid('Invalid OpenTelemetry format', cause);
    throw cause;
  }
  if (request.length === 0) throw invalid('Invalid OpenTelemetry format - no spans found');
  return request;
}

export function invalid(detail: string, cause?: unknown): CodedError {
  return new CodedError('OTLP_REQUEST_INVALID', detail, { cause });
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new OtlpFormatError('the request is not UTF-8', { cause });
  }
}

async function unpack(work: () => Promise<Buffer>, encoding: string): Promise<Buffer> {
  try {
    return await work();
  } catch (cause) {
    throw isTooLarge(cause) ? tooLarge(cause) : invalid(`Failed to decompress ${encoding} payload`, cause);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(cause?: unknown): CodedError {
  return new CodedError(
    'OTLP_REQUEST_TOO_LARGE',
    `the request is larger than ${maxBytes} bytes: export fewer spans at once`,
    {
      cause,
    },
  );
}
