const headerBytes = 5;

/** Statuses of gRPC that we answer with. */
export const grpcStatuses = {
  ok: 0,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const statusOfHttp: Readonly<Record<number, number>> = {
  400: grpcStatuses.invalidArgument,
  401: grpcStatuses.unauthenticated,
  403: grpcStatuses.permissionDenied,
  404: grpcStatuses.notFound,
  413: grpcStatuses.resourceExhausted,
  422: grpcStatuses.invalidArgument,
  425: grpcStatuses.unavailable,
  500: grpcStatuses.internal,
  503: grpcStatuses.unavailable,
};

/** What an answer of HTTP would be in gRPC. */
export function grpcStatusOf(http: number): number {
  return statusOfHttp[http] ?? (http < 500 ? grpcStatuses.invalidArgument : grpcStatuses.internal);
}

/** A message as it travels: whether it is compressed, its length, and itself. */
export function frame(message: Uint8Array): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** The one message of a request; null when there is not exactly one, or it is compressed. */
export function unframe(body: Buffer): Uint8Array | null {
  if (body.length < headerBytes || body[0] !== 0) return null;
  return body.length === headerBytes + body.readUInt32BE(1) ? body.subarray(headerBytes) : null;
}

/** Text for the header `grpc-message`: printable ASCII with everything else as the bytes of its UTF-8. */
export function grpcMessage(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}
