/** An attribute's value: integers are bigints and doubles numbers, so that neither is taken for the other. */
export type AnyValue =
  null | string | boolean | bigint | number | Uint8Array | readonly AnyValue[] | ReadonlyMap<string, AnyValue>;

export type Attributes = ReadonlyMap<string, AnyValue>;

const statusCodes = ['UNSET', 'OK', 'ERROR'] as const;
export type StatusCode = (typeof statusCodes)[number];

export interface SpanEvent {
  readonly timeNs: bigint;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

/** A span as it was exported. Ids are lower-case hexadecimal, of any length, empty where the exporter gave none. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startNs: bigint;
  /** 0 while it has not ended. */
  readonly endNs: bigint;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly statusCode: StatusCode;
  readonly statusMessage: string;
}

/** Spans of one producer, which its resource attributes describe (`service.name` for one). */
export interface ResourceSpans {
  readonly resource: Attributes;
  readonly spans: readonly Span[];
}

/** Bytes or text that are no export request. */
export class OtlpFormatError extends Error {
  override readonly name = 'OtlpFormatError';
}

/** As deep as protobuf's own readers follow messages inside messages. */
export const maxDepth = 100;

/** Codes beyond those that are known count as unset, as an enum of proto3 is open. */
export function statusCodeOf(code: number): StatusCode {
  return statusCodes[code] ?? 'UNSET';
}
