/** A span in protobuf's JSON, as MLflow's servers give it: all but its ids is what OpenTelemetry's JSON has, too. */
export interface SourceSpan {
  readonly trace_id?: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly links?: readonly { readonly trace_id?: string; readonly span_id?: string }[];
}

/** One export holds about as much; a larger span is one of its own. */
const exportCharacters = 4 * 1024 * 1024;

/**
 * JSON whose whole numbers keep their digits when it is written again: the times of spans have more than a double holds.
 */
export function parseExactly(text: string): unknown {
  const json = JSON as unknown as { rawJSON(digits: string): unknown };
  return JSON.parse(text, ((_key: string, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? json.rawJSON(context?.source ?? '')
      : value) as (this: unknown, key: string, value: unknown) => unknown);
}

/** Hexadecimal, as OpenTelemetry writes ids: in protobuf's JSON they are base64. */
export function spanIdOf({ span_id: id }: SourceSpan): string {
  return hexOf(id);
}

/** MLflow's id of the trace that a span belongs to. */
export function traceIdOf({ trace_id: id = '' }: SourceSpan): string {
  return `tr-${hexOf(id)}`;
}

/** The bodies by which an OpenTelemetry exporter would have sent these spans. */
export function* otlpOfSpans(spans: readonly SourceSpan[]): Generator<object> {
  let part: object[] = [];
  let room = exportCharacters;
  for (const span of spans) {
    const exported = exportedSpan(span);
    const size = JSON.stringify(exported).length;
    if (size > room && part.length > 0) {
      yield requestOf(part);
      part = [];
      room = exportCharacters;
    }
    part.push(exported);
    room -= size;
  }
  if (part.length > 0) yield requestOf(part);
}

function requestOf(spans: readonly object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

function exportedSpan(span: SourceSpan): object {
  return { ...span, ...withHexIds(span), links: (span.links ?? []).map((link) => ({ ...link, ...withHexIds(link) })) };
}

function withHexIds(owner: {
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly parent_span_id?: string;
}): object {
  const { trace_id: traceId = '', span_id: spanId = '', parent_span_id: parentId = '' } = owner;
  return { trace_id: hexOf(traceId), span_id: hexOf(spanId), ...(parentId && { parent_span_id: hexOf(parentId) }) };
}

function hexOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
