import type { TraceSpan } from '@millrace/schemas';
import { textOf } from './observe-spans.ts';

/** What a span says that it used and cost: an object of numbers under each of the attributes. */
export const countedAttributes = { tokens: 'mlflow.chat.tokenUsage', cost: 'mlflow.llm.cost' } as const;
/** Under which name metadata shows the totals. */
const totalNames = { tokens: 'mlflow.trace.tokenUsage', cost: 'mlflow.trace.cost' } as const;

/** Always in a total, in this order, and those that are there when a span says them. */
const keys = {
  tokens: {
    always: ['input_tokens', 'output_tokens', 'total_tokens'],
    ifSaid: ['cache_read_input_tokens', 'cache_creation_input_tokens', 'cache_creation_input_tokens_above_1hr'],
  },
  cost: { always: ['input_cost', 'output_cost', 'total_cost'], ifSaid: [] },
} as const;

type Kind = keyof typeof countedAttributes;
type Numbers = Readonly<Record<string, number>>;
export type CountedSpan = Pick<TraceSpan, 'spanId' | 'parentSpanId' | 'attributes'>;

/**
 * Totals of a trace by their names in its metadata. A span that says what it used stands for all below it: agents say the
 * sum of what their calls say one by one.
 */
export function totalsOf(spans: readonly CountedSpan[]): Map<string, string> {
  const totals = new Map<string, string>();
  for (const kind of ['tokens', 'cost'] as const) {
    const total = totalOf(spans, kind);
    if (total !== null) totals.set(totalNames[kind], total);
  }
  return totals;
}

function totalOf(spans: readonly CountedSpan[], kind: Kind): string | null {
  const said = new Map(spans.map((span) => [span.spanId, numbersOf(span.attributes[countedAttributes[kind]])]));
  const counted = topmost(spans, (span) => said.get(span.spanId) !== null);
  if (counted.length === 0) return null;
  const { always, ifSaid } = keys[kind];
  const numbers = counted.map(({ spanId }) => said.get(spanId) ?? {});
  const sums = [...always, ...ifSaid.filter((key) => numbers.some((one) => one[key] !== undefined))].map(
    (key) => [key, numbers.reduce((sum, one) => sum + (one[key] ?? 0), 0)] as const,
  );
  return `{${sums.map(([key, sum]) => `"${key}": ${numberText(sum, kind)}`).join(', ')}}`;
}

/** The spans that say something and have nobody above them who does. */
function topmost(spans: readonly CountedSpan[], says: (span: CountedSpan) => boolean): CountedSpan[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== null && ids.has(parentSpanId) ? parentSpanId : null,
  );
  const found: CountedSpan[] = [];
  const open = [...(children.get(null) ?? [])];
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    if (says(span)) found.push(span);
    else open.push(...(children.get(span.spanId) ?? []));
  }
  return found;
}

/** The numbers in an object, which exporters send as such or as its JSON in a text; null for anything else. */
function numbersOf(json: string | undefined): Numbers | null {
  const text = textOf(json);
  if (text === undefined) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** As Python writes it, for clients that compare the text. */
function numberText(value: number, kind: Kind): string {
  return kind === 'cost' && Number.isInteger(value) ? value.toFixed(1) : String(value);
}
