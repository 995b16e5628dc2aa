import { checkLength } from '@millrace/mlflow-protocol';
import type { TraceAssessment, TraceTag } from '@millrace/schemas';
import { activeExperiment } from '../runs/create-run.ts';
import type { ExperimentsJournal } from '../ports.ts';
import type { LiveTraces } from './live-traces.ts';
import { traceArtifactUri } from '../artifacts/artifact-roots.ts';
import { artifactLocationTag } from './trace-artifacts.ts';
import type { TraceHead, TraceInfo, TraceState } from './trace-head.ts';
import { traceNameTag } from './trace-search.ts';
import type { Author, TraceWrites } from './trace-writes.ts';

/** What a client says of a trace as a whole. */
export interface StartedTrace {
  readonly traceId: string;
  readonly experimentId: string;
  readonly requestTimeMs: number;
  readonly executionDurationMs: number | null;
  readonly state: TraceState;
  readonly clientRequestId: string | null;
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly assessments: readonly TraceAssessment[];
}

export interface EndedTrace {
  readonly timestampMs: number;
  readonly state: TraceState;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

const maxNameLength = 4096;

/** The beginning of a trace, which clients of MLflow 3 tell when it has ended, and its end for older ones. */
export class StartTrace {
  readonly #experiments: ExperimentsJournal;
  readonly #live: LiveTraces;
  readonly #writes: TraceWrites;

  constructor(experiments: ExperimentsJournal, live: LiveTraces, writes: TraceWrites) {
    this.#experiments = experiments;
    this.#live = live;
    this.#writes = writes;
  }

  /** The trace as it stands, or null: what a request that is repeated has started. */
  async started(traceId: string): Promise<TraceInfo | null> {
    return (await this.#live.get(traceId))?.info ?? null;
  }

  async start(trace: StartedTrace, author: Author): Promise<TraceInfo> {
    checkName(trace.tags);
    const experiment = await activeExperiment(this.#experiments, trace.experimentId);
    const { traceId, metadata, assessments } = trace;
    const location = { key: artifactLocationTag, value: traceArtifactUri(experiment.artifactLocation, traceId) };
    const tags = [...tagList(trace.tags), location];
    const attributes = texts({
      request_time_ms: trace.requestTimeMs,
      execution_duration_ms: trace.executionDurationMs,
      state: trace.state,
      client_request_id: trace.clientRequestId,
      request_preview: trace.requestPreview,
      response_preview: trace.responsePreview,
    });
    await this.#writes.write(
      [{ type: 'started', traceId, experimentId: experiment.id, attributes, metadata, tags, assessments }],
      author,
    );
    // What memory has is what arrived of late; of a trace that begins that is all of it.
    const recent = await this.#live.recent(traceId);
    return (recent.exists ? recent : await this.#writes.existing(traceId)).info;
  }

  async end(traceId: string, { timestampMs, state, metadata, tags }: EndedTrace, author: Author): Promise<TraceHead> {
    checkName(tags);
    const { experimentId, requestTimeMs } = (await this.#writes.existing(traceId)).info;
    const attributes = texts({
      request_time_ms: requestTimeMs,
      execution_duration_ms: timestampMs - requestTimeMs,
      state,
    });
    await this.#writes.write(
      [{ type: 'ended', traceId, experimentId, attributes, metadata, tags: tagList(tags) }],
      author,
    );
    return this.#writes.existing(traceId);
  }
}

function checkName(tags: Readonly<Record<string, string>>): void {
  checkLength(tags[traceNameTag] ?? '', { path: traceNameTag, max: maxNameLength });
}

function tagList(tags: Readonly<Record<string, string>>): TraceTag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function texts(values: Readonly<Record<string, string | number | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}
