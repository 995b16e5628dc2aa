import { totalsOf } from './span-totals.ts';
import type { PlacedSpan, TraceFact, TraceFactKind, WritePosition } from './trace-facts.ts';

export type TraceState = 'STATE_UNSPECIFIED' | 'OK' | 'ERROR' | 'IN_PROGRESS';

/** A trace without its spans. */
export interface TraceInfo {
  readonly traceId: string;
  readonly experimentId: string;
  readonly requestTimeMs: number;
  readonly executionDurationMs: number | null;
  readonly state: TraceState;
  readonly clientRequestId: string | null;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly metadata: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** MLflow's JSON of each. */
  readonly assessments: ReadonlyMap<string, string>;
}

/** What a fact takes beside its texts, about. */
const factBytes = 300;
const unsettled: readonly (string | undefined)[] = [undefined, 'IN_PROGRESS', 'STATE_UNSPECIFIED'];

/**
 * A trace as it stands: the fold of its facts and spans. Folding is idempotent, and rows read from history mix freely with
 * events read from the log. A deletion takes away what lies before it in the log; the same id may begin anew after it.
 */
export class TraceHead {
  readonly traceId: string;
  readonly #facts = new Map<string, TraceFact>();
  readonly #spans = new Map<string, PlacedSpan>();
  /** A trace stays in the experiment in which it began. */
  #began: TraceFact | undefined;
  #deletedAt = -1;
  #bytes = factBytes;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False while only tags and the like are known, or what was there is deleted. */
  get exists(): boolean {
    return this.#text('attribute', 'request_time_ms') !== undefined || this.#text('observed', 'start_ms') !== undefined;
  }

  /** True when nothing that was ever written is known of it. */
  get isEmpty(): boolean {
    return this.#facts.size === 0 && this.#spans.size === 0 && this.#deletedAt < 0;
  }

  /** Rows of history in any order: deletions go first, so that nothing of an earlier life takes the place of this one's. */
  foldHistory(facts: readonly TraceFact[], spans: readonly PlacedSpan[]): void {
    for (const fact of facts) if (fact.kind === 'deleted') this.fold(fact);
    for (const fact of facts) this.fold(fact);
    for (const span of spans) this.foldSpan(span);
  }

  fold(fact: TraceFact): void {
    if (fact.offset <= this.#deletedAt) return;
    if (fact.kind === 'deleted') {
      this.#forgetBefore(fact.offset);
      return;
    }
    if (begins(fact) && (this.#began === undefined || isEarlier(fact, this.#began))) this.#began = fact;
    const key = keyOf(fact.kind, fact.key);
    const held = this.#facts.get(key);
    if (held !== undefined && !wins(fact, held)) return;
    this.#facts.set(key, fact);
    this.#bytes += sizeOfFact(fact) - (held === undefined ? 0 : sizeOfFact(held));
  }

  foldSpan(span: PlacedSpan): void {
    if (span.offset <= this.#deletedAt) return;
    const held = this.#spans.get(span.spanId);
    if (held !== undefined && isEarlier(span, held)) return;
    this.#spans.set(span.spanId, span);
    this.#bytes += sizeOfSpan(span) - (held === undefined ? 0 : sizeOfSpan(held));
  }

  /** The root first, then by start. */
  get spans(): PlacedSpan[] {
    return [...this.#spans.values()].sort(
      (a, b) =>
        Number(a.parentSpanId !== null) - Number(b.parentSpanId !== null) ||
        compare(BigInt(a.startNs), BigInt(b.startNs)) ||
        compare(a.spanId, b.spanId),
    );
  }

  get info(): TraceInfo {
    const said = this.#text('attribute', 'request_time_ms');
    const startMs = Number(said ?? this.#text('observed', 'start_ms') ?? 0);
    return {
      traceId: this.traceId,
      experimentId: this.#began?.experimentId ?? '',
      requestTimeMs: startMs,
      executionDurationMs: said === undefined ? this.#observedDuration(startMs) : this.#saidDuration(),
      state: this.#state(),
      clientRequestId: this.#text('attribute', 'client_request_id') ?? null,
      requestPreview: this.#text('attribute', 'request_preview') ?? this.#text('observed', 'request_preview') ?? null,
      responsePreview:
        this.#text('attribute', 'response_preview') ?? this.#text('observed', 'response_preview') ?? null,
      metadata: this.#metadata(),
      tags: this.#all('tag'),
      assessments: this.#all('assessment'),
    };
  }

  tag(key: string): string | undefined {
    return this.#text('tag', key);
  }

  assessment(id: string): string | undefined {
    return this.#text('assessment', id);
  }

  #state(): TraceState {
    const said = this.#text('attribute', 'state');
    if (!unsettled.includes(said)) return said as TraceState;
    return (this.#text('observed', 'state') ?? said ?? 'IN_PROGRESS') as TraceState;
  }

  #saidDuration(): number | null {
    const text = this.#text('attribute', 'execution_duration_ms');
    return text === undefined ? null : Number(text);
  }

  #observedDuration(startMs: number): number | null {
    const end = this.#text('observed', 'end_ms');
    return end === undefined ? null : Number(end) - startMs;
  }

  /** What a client said of session, user, tokens and cost comes before what spans show. */
  #metadata(): Map<string, string> {
    const metadata = this.#all('metadata');
    for (const [key, name] of Object.entries(observedMetadata)) {
      const seen = this.#text('observed', key);
      if (seen !== undefined && !metadata.has(name)) metadata.set(name, seen);
    }
    for (const [name, total] of totalsOf([...this.#spans.values()])) {
      if (!metadata.has(name)) metadata.set(name, total);
    }
    return metadata;
  }

  #text(kind: TraceFactKind, key: string): string | undefined {
    const fact = this.#facts.get(keyOf(kind, key));
    return fact === undefined || fact.removed ? undefined : fact.text;
  }

  #all(kind: TraceFactKind): Map<string, string> {
    const facts = [...this.#facts.values()].filter((fact) => fact.kind === kind && !fact.removed);
    return new Map(facts.sort((a, b) => compare(a.key, b.key)).map(({ key, text }) => [key, text]));
  }

  #forgetBefore(offset: number): void {
    this.#deletedAt = offset;
    if (this.#began !== undefined && this.#began.offset <= offset) this.#began = undefined;
    for (const [key, fact] of this.#facts) {
      if (fact.offset > offset) continue;
      this.#facts.delete(key);
      this.#bytes -= sizeOfFact(fact);
    }
    for (const [key, span] of this.#spans) {
      if (span.offset > offset) continue;
      this.#spans.delete(key);
      this.#bytes -= sizeOfSpan(span);
    }
  }
}

/** Under which name metadata shows what spans said. */
export const observedMetadata: Readonly<Record<string, string>> = {
  session: 'mlflow.trace.session',
  user: 'mlflow.trace.user',
};

function keyOf(kind: TraceFactKind, key: string): string {
  return `${kind} ${key}`;
}

/** A link to a run may be here before the trace, and says nothing of where that will be. */
function begins({ kind }: TraceFact): boolean {
  return kind === 'attribute' || kind === 'observed';
}

/** The last value counts; of what spans show, the earliest start, the latest end, the last state and else the first. */
function wins(fact: TraceFact, held: TraceFact): boolean {
  if (fact.kind !== 'observed') return isEarlier(held, fact);
  if (fact.key === 'start_ms') return Number(fact.text) < Number(held.text);
  if (fact.key === 'end_ms') return Number(fact.text) > Number(held.text);
  return fact.key === 'state' ? isEarlier(held, fact) : isEarlier(fact, held);
}

type Placed = WritePosition & { readonly item: number };

function isEarlier(a: Placed, b: Placed): boolean {
  return a.offset < b.offset || (a.offset === b.offset && a.item < b.item);
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sizeOfFact({ key, text }: TraceFact): number {
  return factBytes + 2 * (key.length + text.length);
}

function sizeOfSpan(span: PlacedSpan): number {
  let characters = span.name.length + span.events.length + span.links.length + span.statusMessage.length;
  for (const [key, value] of Object.entries(span.attributes)) characters += key.length + value.length + factBytes / 4;
  return 2 * factBytes + 2 * characters;
}
