import { anyValueJson, type AnyValueJson } from '@millrace/otlp';
import type { PlacedSpan } from '../../flow/traces/trace-facts.ts';
import type { TraceInfo } from '../../flow/traces/trace-head.ts';

type Json = Record<string, unknown>;

/** As long as MLflow's clients expect these to be at most. */
const longestMetadata = 250;
const longestTagKey = 250;
const longestTagValue = 4096;

export function traceInfoJson(info: TraceInfo): Json {
  return {
    trace_id: info.traceId,
    ...(info.clientRequestId !== null && { client_request_id: info.clientRequestId }),
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: info.experimentId } },
    ...(info.requestPreview !== null && { request_preview: info.requestPreview }),
    ...(info.responsePreview !== null && { response_preview: info.responsePreview }),
    request_time: new Date(info.requestTimeMs).toISOString(),
    ...(info.executionDurationMs !== null && {
      execution_duration: `${(info.executionDurationMs / 1000).toFixed(3)}s`,
    }),
    state: info.state,
    trace_metadata: Object.fromEntries(metadataOf(info)),
    tags: Object.fromEntries(tagsOf(info)),
    assessments: [...info.assessments.values()].map((json) => JSON.parse(json) as Json),
  };
}

/** The form of MLflow's API before traces had assessments and previews. */
export function traceInfoJsonV2(info: TraceInfo): Json {
  return {
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.requestTimeMs,
    execution_time_ms: info.executionDurationMs ?? 0,
    status: info.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : info.state,
    request_metadata: metadataOf(info).map(([key, value]) => ({ key, value })),
    tags: tagsOf(info).map(([key, value]) => ({ key, value })),
  };
}

export function traceJson(info: TraceInfo, spans: readonly PlacedSpan[]): Json {
  return { trace_info: traceInfoJson(info), spans: spans.map((span) => spanJson(info.traceId, span)) };
}

/** OpenTelemetry's span in protobuf's JSON. */
function spanJson(traceId: string, span: PlacedSpan): Json {
  return {
    trace_id: idJson(traceId.replace(/^tr-/, '')),
    span_id: idJson(span.spanId),
    ...(span.parentSpanId !== null && { parent_span_id: idJson(span.parentSpanId) }),
    name: span.name,
    start_time_unix_nano: wholeNumber(span.startNs),
    ...(span.endNs !== '0' && { end_time_unix_nano: wholeNumber(span.endNs) }),
    attributes: Object.entries(span.attributes).map(([key, json]) => ({ key, value: anyValueJson(json) })),
    events: listOf(span.events).map((event) => ({
      name: event['name']?.['string_value'],
      time_unix_nano: wholeNumber(String(event['time_unix_nano']?.['string_value'])),
      attributes: membersOf(event['attributes']),
    })),
    links: listOf(span.links).map((link) => ({
      trace_id: idJson(String(link['trace_id']?.['string_value'])),
      span_id: idJson(String(link['span_id']?.['string_value'])),
      attributes: membersOf(link['attributes']),
    })),
    status: {
      code: `STATUS_CODE_${span.statusCode}`,
      ...(span.statusMessage !== '' && { message: span.statusMessage }),
    },
  };
}

/** Events and links are kept as lists of maps: read as attribute values, their attributes are what the answer needs. */
function listOf(json: string): Record<string, AnyValueJson>[] {
  const list = anyValueJson(json)['array_value'] as { values: AnyValueJson[] } | undefined;
  return (list?.values ?? []).map((entry) =>
    Object.fromEntries(membersOf(entry).map(({ key, value }) => [key, value])),
  );
}

function membersOf(value: AnyValueJson | undefined): readonly { key: string; value: AnyValueJson }[] {
  const map = value?.['kvlist_value'] as { values: { key: string; value: AnyValueJson }[] } | undefined;
  return map?.values ?? [];
}

/** Bytes are base64 in protobuf's JSON. */
function idJson(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** A number with more digits than a double holds. */
function wholeNumber(digits: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
}

function metadataOf({ metadata }: TraceInfo): [string, string][] {
  return Array.from(metadata, ([key, value]) => [key.slice(0, longestMetadata), value.slice(0, longestMetadata)]);
}

function tagsOf({ tags }: TraceInfo): [string, string][] {
  return Array.from(tags, ([key, value]) => [key.slice(0, longestTagKey), value.slice(0, longestTagValue)]);
}
