import { checkEntityKey, doesNotExist } from '@millrace/mlflow-protocol';
import type { ResourceSpans } from '@millrace/otlp';
import type { TraceSpan, TraceTag } from '@millrace/schemas';
import { experimentNotFound, type Experiment } from '../experiments/experiments.ts';
import type { ExperimentsJournal } from '../ports.ts';
import { textOf } from './observe-spans.ts';
import type { KnownRuns } from './ports.ts';
import { attributeTexts, mlflowTraceId, storedSpan } from './stored-span.ts';
import { traceArtifactUri } from '../artifacts/artifact-roots.ts';
import { artifactLocationTag } from './trace-artifacts.ts';
import type { Author, TraceWrite, TraceWrites } from './trace-writes.ts';

const maxTagValueLength = 8000;
const maxTagKeyLength = 250;
const spansLocationTag = 'mlflow.trace.spansLocation';
const tagAttributePrefix = 'mlflow.traceTag.';
/** Bookkeeping of the exporter, and names that are MLflow's own, are no tags of a trace. */
const noTag = /^(telemetry\.sdk\.|mlflow\.)/;
/** Spans of one trace go into writes of about this many characters; one larger span is a write of its own. */
const writeCharacters = 512 * 1024;

interface ExportedTrace {
  readonly resource: Readonly<Record<string, string>>;
  readonly spans: TraceSpan[];
}

export interface Export {
  readonly experimentId: string;
  /** Run that the traces are linked to whose roots are in the request. */
  readonly runId: string | null;
  readonly request: readonly ResourceSpans[];
  readonly author: Author;
  /** Throws unless the traces may be written to, wherever they are: a trace stays where its first spans came to. */
  readonly permit: (traceIds: readonly string[]) => Promise<void>;
}

export type Exported = { readonly ok: true } | { readonly ok: false; readonly reason: 'span-without-id' };

/**
 * Spans that an OpenTelemetry exporter sends. Nothing is asked but whether the experiment is there: a trace may arrive in
 * any number of requests and order, and spans that arrive twice are the same spans.
 */
export class ExportSpans {
  readonly #experiments: ExperimentsJournal;
  readonly #runs: KnownRuns;
  readonly #writes: TraceWrites;

  constructor(experiments: ExperimentsJournal, runs: KnownRuns, writes: TraceWrites) {
    this.#experiments = experiments;
    this.#runs = runs;
    this.#writes = writes;
  }

  async run({ experimentId, runId, request, author, permit }: Export): Promise<Exported> {
    const traces = byTrace(request);
    if (traces === null) return { ok: false, reason: 'span-without-id' };
    if (traces.size === 0) return { ok: true };
    const experiment = (await this.#experiments.read()).experiments.get(experimentId);
    if (experiment === undefined) throw doesNotExist(experimentNotFound(experimentId).message);
    await permit([...traces.keys()]);
    // A run that is gone is no reason to lose the spans.
    const linkedRun = runId !== null && (await this.#runs.experimentOf(runId)) !== null ? runId : null;
    const writes = Array.from(traces, ([traceId, trace]) => writesOf(traceId, trace, { experiment, linkedRun })).flat();
    await this.#writes.write(writes, author);
    return { ok: true };
  }
}

function byTrace(request: readonly ResourceSpans[]): Map<string, ExportedTrace> | null {
  const traces = new Map<string, ExportedTrace>();
  for (const { resource, spans } of request) {
    const resourceTexts = attributeTexts(resource);
    for (const span of spans) {
      const traceId = mlflowTraceId(span.traceId);
      const stored = storedSpan(span);
      if (traceId === null || stored === null) return null;
      const trace = traces.get(traceId) ?? { resource: resourceTexts, spans: [] };
      traces.set(traceId, trace);
      trace.spans.push(stored);
    }
  }
  return traces;
}

function writesOf(
  traceId: string,
  { resource, spans }: ExportedTrace,
  { experiment, linkedRun }: { readonly experiment: Experiment; readonly linkedRun: string | null },
): TraceWrite[] {
  const root = spans.find(({ parentSpanId }) => parentSpanId === null);
  const tags = new Map([
    [artifactLocationTag, traceArtifactUri(experiment.artifactLocation, traceId)],
    [spansLocationTag, 'TRACKING_STORE'],
    ...resourceTags(resource),
    ...(root === undefined ? [] : rootTags(root)),
  ]);
  return split(spans).map((part, index) => ({
    type: 'exported',
    traceId,
    experimentId: experiment.id,
    resource,
    spans: part,
    tags: index === 0 ? Array.from(tags, ([key, value]): TraceTag => ({ key, value })) : [],
    runIds: index === 0 && root !== undefined && linkedRun !== null ? [linkedRun] : [],
  }));
}

function split(spans: readonly TraceSpan[]): TraceSpan[][] {
  const parts: TraceSpan[][] = [];
  let room = 0;
  for (const span of spans) {
    const size = charactersOf(span);
    if (size > room || parts.length === 0) {
      parts.push([]);
      room = writeCharacters;
    }
    parts.at(-1)?.push(span);
    room -= size;
  }
  return parts;
}

function charactersOf({ attributes, events, links, name, statusMessage }: TraceSpan): number {
  const fixed = 200 + events.length + links.length + name.length + statusMessage.length;
  return Object.entries(attributes).reduce((sum, [key, value]) => sum + key.length + value.length, fixed);
}

function resourceTags(resource: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(resource).flatMap(([key, json]) => (noTag.test(key) ? [] : tagOf(key, json)));
}

/** Tags that a user gave the trace, which MLflow's client carries as attributes of its root. */
function rootTags(root: TraceSpan): [string, string][] {
  return Object.entries(root.attributes).flatMap(([name, json]) =>
    name.startsWith(tagAttributePrefix) ? tagOf(name.slice(tagAttributePrefix.length), json) : [],
  );
}

/** What cannot be a tag is left out: it is still among the attributes. */
function tagOf(key: string, json: string): [string, string][] {
  if (key.length > maxTagKeyLength) return [];
  try {
    checkEntityKey(key, 'key');
  } catch {
    return [];
  }
  return [[key, (textOf(json) ?? '').slice(0, maxTagValueLength)]];
}
