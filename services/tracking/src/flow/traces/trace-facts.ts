import type { TraceEvent, TraceSpan } from '@millrace/schemas';
import { observe } from './observe-spans.ts';

const traceFactKinds = ['attribute', 'observed', 'metadata', 'tag', 'assessment', 'run', 'prompt', 'deleted'] as const;
export type TraceFactKind = (typeof traceFactKinds)[number];

/** Where a write lies in the log. */
export interface WritePosition {
  readonly partition: number;
  readonly offset: number;
}

/**
 * One thing that one write says of a trace: a row of history, and what a trace's state is folded from. `attribute` is what a
 * client said of the trace as a whole, `observed` what its spans show.
 */
export interface TraceFact extends WritePosition {
  readonly traceId: string;
  readonly experimentId: string;
  readonly kind: TraceFactKind;
  readonly key: string;
  readonly text: string;
  /** True when the tag or the assessment is taken away. */
  readonly removed: boolean;
  /** Place of the fact in its write. */
  readonly item: number;
  readonly recordedAtMs: number;
  readonly actor: string;
}

/** A span as a write brought it. */
export interface PlacedSpan extends TraceSpan, WritePosition {
  readonly traceId: string;
  readonly experimentId: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly item: number;
  readonly recordedAtMs: number;
}

type Said = Pick<TraceFact, 'kind' | 'key' | 'text'> & { readonly removed?: boolean };

/** What a write says, one by one, in a fixed order: a repeat gives the same rows. */
export function traceFactsOf(event: TraceEvent, { partition, offset }: WritePosition): TraceFact[] {
  const said: Said[] = [
    ...(event.type === 'deleted' ? [{ kind: 'deleted' as const, key: '', text: '' }] : []),
    ...entries('attribute', event.attributes),
    ...entries('observed', observe(event.spans)),
    ...entries('metadata', event.metadata),
    ...event.tags.map(({ key, value }) => ({ kind: 'tag' as const, key, text: value ?? '', removed: value === null })),
    ...event.assessments.map(({ id, json }) => ({
      kind: 'assessment' as const,
      key: id,
      text: json ?? '',
      removed: json === null,
    })),
    ...event.runIds.map((key) => ({ kind: 'run' as const, key, text: '' })),
    ...event.promptVersions.map((key) => ({ kind: 'prompt' as const, key, text: '' })),
  ];
  return said.map((fact, item) => ({
    removed: false,
    ...fact,
    traceId: event.traceId,
    experimentId: event.experimentId,
    partition,
    offset,
    item,
    recordedAtMs: event.atMs,
    actor: event.actor,
  }));
}

export function placedSpansOf(event: TraceEvent, { partition, offset }: WritePosition): PlacedSpan[] {
  const { traceId, experimentId, resource } = event;
  return event.spans.map((span, item) => ({
    ...span,
    traceId,
    experimentId,
    resource,
    partition,
    offset,
    item,
    recordedAtMs: event.atMs,
  }));
}

function entries(kind: TraceFactKind, values: Readonly<Record<string, string>>): Said[] {
  return Object.entries(values).map(([key, text]) => ({ kind, key, text }));
}
