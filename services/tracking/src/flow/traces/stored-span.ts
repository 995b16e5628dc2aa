import { valueText, type AnyValue, type Attributes, type Span } from '@millrace/otlp';
import type { TraceSpan } from '@millrace/schemas';
import { textOf } from './observe-spans.ts';
import { withMlflowNames } from './span-conventions.ts';

const traceIdDigits = 32;
const spanIdDigits = 16;
const spanTypeAttribute = 'mlflow.spanType';

/** MLflow's id of an OpenTelemetry trace; null for an id that is none. */
export function mlflowTraceId(traceId: string): string | null {
  return isId(traceId, traceIdDigits) ? `tr-${traceId.padStart(traceIdDigits, '0')}` : null;
}

/** A span as it is kept; null when its ids are none. */
export function storedSpan(span: Span): TraceSpan | null {
  const { spanId, parentSpanId } = span;
  if (!isId(spanId, spanIdDigits) || (parentSpanId !== '' && !isId(parentSpanId, spanIdDigits))) return null;
  const attributes = withMlflowNames(attributeTexts(span.attributes));
  return {
    spanId: spanId.padStart(spanIdDigits, '0'),
    parentSpanId: parentSpanId === '' ? null : parentSpanId.padStart(spanIdDigits, '0'),
    name: span.name,
    spanType: textOf(attributes[spanTypeAttribute]) ?? '',
    statusCode: span.statusCode,
    statusMessage: span.statusMessage,
    startNs: String(span.startNs),
    endNs: String(span.endNs),
    attributes,
    events: valueText(
      span.events.map(({ timeNs, name, attributes: values }) =>
        asMap({ time_unix_nano: String(timeNs), name, attributes: values }),
      ),
    ),
    links: valueText(
      span.links.map(({ traceId, spanId: linked, attributes: values }) =>
        asMap({ trace_id: traceId, span_id: linked, attributes: values }),
      ),
    ),
  };
}

export function attributeTexts(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Array.from(attributes, ([key, value]) => [key, valueText(value)]));
}

function asMap(fields: Readonly<Record<string, AnyValue>>): AnyValue {
  return new Map(Object.entries(fields));
}

function isId(id: string, digits: number): boolean {
  return id !== '' && id.length <= digits;
}
