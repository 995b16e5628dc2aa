import type { TraceSpan } from '@millrace/schemas';
import { previewOf } from './preview.ts';

const nsPerMs = 1_000_000n;

/**
 * What spans show of their trace: `start_ms`, `end_ms`, `session` and `user` of any of them, `state` and the previews of
 * the root. Empty without spans.
 */
export function observe(spans: readonly TraceSpan[]): Record<string, string> {
  if (spans.length === 0) return {};
  const starts = spans.map(({ startNs }) => BigInt(startNs));
  const ends = spans.map(({ endNs }) => BigInt(endNs)).filter((end) => end > 0n);
  const root = spans.find(({ parentSpanId }) => parentSpanId === null);
  const seen: Record<string, string | undefined> = {
    start_ms: String(lowest(starts) / nsPerMs),
    end_ms: ends.length === 0 ? undefined : String(-lowest(ends.map((end) => -end)) / nsPerMs),
    // A span's status is unset unless somebody set it: only an error is no success.
    state: root && (root.statusCode === 'ERROR' ? 'ERROR' : 'OK'),
    request_preview: previewOf(root?.attributes['mlflow.spanInputs'], 'user'),
    response_preview: previewOf(root?.attributes['mlflow.spanOutputs'], 'assistant'),
    session: firstOf(spans, 'session.id') ?? firstOf(spans, 'gen_ai.conversation.id'),
    user: firstOf(spans, 'user.id'),
  };
  return Object.fromEntries(Object.entries(seen).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function lowest(values: readonly bigint[]): bigint {
  return values.reduce((a, b) => (b < a ? b : a));
}

function firstOf(spans: readonly TraceSpan[], attribute: string): string | undefined {
  for (const { attributes } of spans) {
    const text = textOf(attributes[attribute]);
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/** A text of a span's attribute without its quotes, any other value as its JSON. */
export function textOf(json: string | undefined): string | undefined {
  if (json?.startsWith('"') !== true) return json;
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}
