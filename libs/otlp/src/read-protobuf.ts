import { Buffer } from 'node:buffer';
import {
  maxDepth,
  OtlpFormatError,
  statusCodeOf,
  type AnyValue,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanLink,
  type StatusCode,
} from './span.ts';
import { WireReader, wireTypes } from './wire-reader.ts';

/** What to do with a field: read it if its wire type is the one of the schema, else it is skipped as unknown. */
type Fields = Readonly<Record<number, readonly [wireType: number, read: (reader: WireReader) => void]>>;

const { varint, fixed64, bytes } = wireTypes;

/**
 * Reads an `ExportTraceServiceRequest` in protobuf (opentelemetry-proto 1.x). Fields that are not known are skipped, a
 * field that is repeated against the schema counts with its last value.
 */
export function readTraceRequest(request: Uint8Array): ResourceSpans[] {
  const read: ResourceSpans[] = [];
  readFields(new WireReader(request), { 1: [bytes, (r) => read.push(readResourceSpans(r.message()))] });
  return read;
}

function readFields(reader: WireReader, fields: Fields): void {
  for (let tag = reader.next(); tag !== null; tag = reader.next()) {
    const known = fields[tag.field];
    if (known !== undefined && known[0] === tag.wireType) known[1](reader);
    else reader.skip(tag.wireType);
  }
}

function readResourceSpans(reader: WireReader): ResourceSpans {
  const resource = new Map<string, AnyValue>();
  const spans: Span[] = [];
  readFields(reader, {
    1: [bytes, (r) => readFields(r.message(), { 1: [bytes, (inner) => readAttribute(inner.message(), resource)] })],
    2: [bytes, (r) => readFields(r.message(), { 2: [bytes, (inner) => spans.push(readSpan(inner.message()))] })],
  });
  return { resource, spans };
}

function readSpan(reader: WireReader): Span {
  const attributes = new Map<string, AnyValue>();
  const events: SpanEvent[] = [];
  const links: SpanLink[] = [];
  let ids = { traceId: '', spanId: '', parentSpanId: '' };
  let name = '';
  let startNs = 0n;
  let endNs = 0n;
  let status: { statusCode: StatusCode; statusMessage: string } = { statusCode: 'UNSET', statusMessage: '' };
  readFields(reader, {
    1: [bytes, (r) => (ids = { ...ids, traceId: hex(r.bytes()) })],
    2: [bytes, (r) => (ids = { ...ids, spanId: hex(r.bytes()) })],
    4: [bytes, (r) => (ids = { ...ids, parentSpanId: hex(r.bytes()) })],
    5: [bytes, (r) => (name = r.string())],
    7: [fixed64, (r) => (startNs = r.fixed64())],
    8: [fixed64, (r) => (endNs = r.fixed64())],
    9: [bytes, (r) => readAttribute(r.message(), attributes)],
    11: [bytes, (r) => events.push(readEvent(r.message()))],
    13: [bytes, (r) => links.push(readLink(r.message()))],
    15: [bytes, (r) => (status = readStatus(r.message()))],
  });
  return { ...ids, name, startNs, endNs, attributes, events, links, ...status };
}

function readStatus(reader: WireReader): { statusCode: StatusCode; statusMessage: string } {
  let statusMessage = '';
  let code = 0;
  readFields(reader, {
    2: [bytes, (r) => (statusMessage = r.string())],
    3: [varint, (r) => (code = Number(r.varint()))],
  });
  return { statusCode: statusCodeOf(code), statusMessage };
}

function readEvent(reader: WireReader): SpanEvent {
  const attributes = new Map<string, AnyValue>();
  let timeNs = 0n;
  let name = '';
  readFields(reader, {
    1: [fixed64, (r) => (timeNs = r.fixed64())],
    2: [bytes, (r) => (name = r.string())],
    3: [bytes, (r) => readAttribute(r.message(), attributes)],
  });
  return { timeNs, name, attributes };
}

function readLink(reader: WireReader): SpanLink {
  const attributes = new Map<string, AnyValue>();
  let traceId = '';
  let spanId = '';
  readFields(reader, {
    1: [bytes, (r) => (traceId = hex(r.bytes()))],
    2: [bytes, (r) => (spanId = hex(r.bytes()))],
    4: [bytes, (r) => readAttribute(r.message(), attributes)],
  });
  return { traceId, spanId, attributes };
}

function readAttribute(reader: WireReader, into: Map<string, AnyValue>, depth = 0): void {
  let key = '';
  let value: AnyValue = null;
  readFields(reader, {
    1: [bytes, (r) => (key = r.string())],
    2: [bytes, (r) => (value = readAnyValue(r.message(), depth))],
  });
  into.set(key, value);
}

function readAnyValue(reader: WireReader, depth: number): AnyValue {
  if (depth > maxDepth) throw new OtlpFormatError(`values are nested deeper than ${maxDepth}`);
  let value: AnyValue = null;
  readFields(reader, {
    1: [bytes, (r) => (value = r.string())],
    2: [varint, (r) => (value = r.varint() !== 0n)],
    3: [varint, (r) => (value = BigInt.asIntN(64, r.varint()))],
    4: [fixed64, (r) => (value = r.double())],
    5: [bytes, (r) => (value = readList(r.message(), depth + 1))],
    6: [bytes, (r) => (value = readMap(r.message(), depth + 1))],
    7: [bytes, (r) => (value = Uint8Array.from(r.bytes()))],
  });
  return value;
}

function readList(reader: WireReader, depth: number): AnyValue[] {
  const values: AnyValue[] = [];
  readFields(reader, { 1: [bytes, (r) => values.push(readAnyValue(r.message(), depth))] });
  return values;
}

function readMap(reader: WireReader, depth: number): Map<string, AnyValue> {
  const values = new Map<string, AnyValue>();
  readFields(reader, { 1: [bytes, (r) => readAttribute(r.message(), values, depth)] });
  return values;
}

function hex(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex');
}
