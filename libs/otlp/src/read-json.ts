import { Buffer } from 'node:buffer';
import {
  maxDepth,
  OtlpFormatError,
  statusCodeOf,
  type AnyValue,
  type Attributes,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanLink,
  type StatusCode,
} from './span.ts';

type Json = Readonly<Record<string, unknown>>;

/** A whole number as it stood in the text: a double would not hold every time in nanoseconds. */
class Digits {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/**
 * Reads an `ExportTraceServiceRequest` as OTLP's JSON: names in camelCase or as in the schema, 64-bit integers as numbers
 * or text, ids in hexadecimal. Names that are not known are skipped.
 */
export function readTraceRequestJson(text: string): ResourceSpans[] {
  return list(record(parse(text), 'the request'), 'resourceSpans').map((item) => {
    const resourceSpans = record(item, 'resourceSpans');
    const resource = record(field(resourceSpans, 'resource') ?? {}, 'resource');
    return {
      resource: attributesOf(resource),
      spans: list(resourceSpans, 'scopeSpans').flatMap((scope) =>
        list(record(scope, 'scopeSpans'), 'spans').map((span) => spanOf(record(span, 'spans'))),
      ),
    };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, ((_key: string, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' && context?.source !== undefined && /^-?\d+$/.test(context.source)
        ? new Digits(BigInt(context.source))
        : value) as (this: unknown, key: string, value: unknown) => unknown);
  } catch (cause) {
    throw new OtlpFormatError('the request is not JSON', { cause });
  }
}

function spanOf(span: Json): Span {
  const status = record(field(span, 'status') ?? {}, 'status');
  return {
    traceId: idOf(span, 'traceId'),
    spanId: idOf(span, 'spanId'),
    parentSpanId: idOf(span, 'parentSpanId'),
    name: text(span, 'name'),
    startNs: integer(span, 'startTimeUnixNano'),
    endNs: integer(span, 'endTimeUnixNano'),
    attributes: attributesOf(span),
    events: list(span, 'events').map((event) => eventOf(record(event, 'events'))),
    links: list(span, 'links').map((link) => linkOf(record(link, 'links'))),
    statusCode: codeOf(field(status, 'code')),
    statusMessage: text(status, 'message'),
  };
}

function eventOf(event: Json): SpanEvent {
  return { timeNs: integer(event, 'timeUnixNano'), name: text(event, 'name'), attributes: attributesOf(event) };
}

function linkOf(link: Json): SpanLink {
  return { traceId: idOf(link, 'traceId'), spanId: idOf(link, 'spanId'), attributes: attributesOf(link) };
}

function codeOf(code: unknown): StatusCode {
  if (code === undefined) return 'UNSET';
  if (code instanceof Digits) return statusCodeOf(Number(code.value));
  const named = typeof code === 'string' ? /^STATUS_CODE_(UNSET|OK|ERROR)$/.exec(code)?.[1] : undefined;
  if (named === undefined) throw new OtlpFormatError('a status code is none of the schema');
  return named as StatusCode;
}

function attributesOf(owner: Json, name = 'attributes', depth = 0): Attributes {
  return new Map(
    list(owner, name).map((item) => {
      const attribute = record(item, name);
      return [text(attribute, 'key'), anyValue(field(attribute, 'value') ?? {}, depth)];
    }),
  );
}

function anyValue(raw: unknown, depth: number): AnyValue {
  if (depth > maxDepth) throw new OtlpFormatError(`values are nested deeper than ${maxDepth}`);
  const value = record(raw, 'value');
  if (field(value, 'stringValue') !== undefined) return text(value, 'stringValue');
  if (field(value, 'intValue') !== undefined) return integer(value, 'intValue', int64);
  const bool = field(value, 'boolValue');
  if (typeof bool === 'boolean') return bool;
  const double = field(value, 'doubleValue');
  if (double !== undefined) return doubleOf(double);
  const array = field(value, 'arrayValue');
  if (array !== undefined) return list(record(array, 'arrayValue'), 'values').map((item) => anyValue(item, depth + 1));
  const map = field(value, 'kvlistValue');
  if (map !== undefined) return attributesOf(record(map, 'kvlistValue'), 'values', depth + 1);
  if (field(value, 'bytesValue') !== undefined) return Buffer.from(text(value, 'bytesValue'), 'base64');
  return null;
}

function doubleOf(value: unknown): number {
  if (value instanceof Digits) return Number(value.value);
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^(NaN|-?Infinity|-?[\d.]+([eE][+-]?\d+)?)$/.test(value)) return Number(value);
  throw new OtlpFormatError('doubleValue is not a number');
}

/** A field under its name in JSON or in the schema; null counts as absent. */
function field(owner: Json, name: string): unknown {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return owner[name] ?? owner[snake] ?? undefined;
}

function record(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits)) {
    return value as Json;
  }
  throw new OtlpFormatError(`${name} is not an object`);
}

function list(owner: Json, name: string): readonly unknown[] {
  const value = field(owner, name) ?? [];
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new OtlpFormatError(`${name} is not a list`);
}

function text(owner: Json, name: string): string {
  const value = field(owner, name) ?? '';
  if (typeof value === 'string') return value;
  throw new OtlpFormatError(`${name} is not a text`);
}

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const unsigned64 = { min: 0n, max: 2n ** 64n - 1n };

function integer(owner: Json, name: string, { min, max } = unsigned64): bigint {
  const value = field(owner, name) ?? '0';
  const digits =
    value instanceof Digits
      ? value.value
      : typeof value === 'string' && /^-?\d{1,20}$/.test(value)
        ? BigInt(value)
        : null;
  if (digits === null) throw new OtlpFormatError(`${name} is not a whole number`);
  if (digits < min || digits > max) throw new OtlpFormatError(`${name} is not between ${min} and ${max}`);
  return digits;
}

function idOf(owner: Json, name: string): string {
  const id = text(owner, name);
  if (/^([0-9a-f]{2})*$/i.test(id)) return id.toLowerCase();
  throw new OtlpFormatError(`${name} is not hexadecimal`);
}
