export { readTraceRequestJson } from './read-json.ts';
export { readTraceRequest } from './read-protobuf.ts';
export {
  OtlpFormatError,
  type AnyValue,
  type Attributes,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanLink,
  type StatusCode,
} from './span.ts';
export { anyValueJson, valueText, type AnyValueJson } from './value-text.ts';
