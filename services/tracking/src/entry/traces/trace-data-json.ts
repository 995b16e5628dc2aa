import type { PlacedSpan } from '../../flow/traces/trace-facts.ts';
import type { TraceInfo } from '../../flow/traces/trace-head.ts';

const requestIdAttribute = 'mlflow.traceRequestId';

/** The spans of a trace in the form of MLflow's `traces.json`: each attribute as the JSON of its value. */
export function traceDataJson({ traceId }: Pick<TraceInfo, 'traceId'>, spans: readonly PlacedSpan[]): string {
  return JSON.stringify({ spans: spans.map((span) => spanData(traceId, span)) });
}

function spanData(traceId: string, span: PlacedSpan): object {
  return {
    trace_id: base64Of(traceId.replace(/^tr-/, '')),
    span_id: base64Of(span.spanId),
    parent_span_id: span.parentSpanId === null ? null : base64Of(span.parentSpanId),
    name: span.name,
    start_time_unix_nano: exactNumber(span.startNs),
    end_time_unix_nano: span.endNs === '0' ? null : exactNumber(span.endNs),
    events: listOf(span.events).map(({ name, time_unix_nano: time, attributes = {} }) => ({
      name,
      time_unix_nano: exactNumber(String(time)),
      attributes,
    })),
    status: { code: `STATUS_CODE_${span.statusCode}`, message: span.statusMessage },
    // MLflow's client refuses spans that do not say whose they are.
    attributes: { ...span.attributes, [requestIdAttribute]: JSON.stringify(traceId) },
    links: listOf(span.links).map(({ trace_id: linked, span_id: spanId, attributes = {} }) => ({
      trace_id: `tr-${String(linked)}`,
      span_id: spanId,
      attributes,
    })),
  };
}

function listOf(json: string): Readonly<Record<string, unknown>>[] {
  return JSON.parse(json, exactly) as Readonly<Record<string, unknown>>[];
}

/** Keeps whole numbers that a double does not hold. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(context?.source ?? '') ? exactNumber(String(context?.source)) : value;
}

function exactNumber(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
