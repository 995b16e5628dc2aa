import type { KeyValue } from '../mlflow-entities.ts';

export interface SourceAssessment {
  readonly assessment_id?: string;
  readonly assessment_name?: string;
  readonly feedback?: { readonly value?: unknown };
  readonly expectation?: unknown;
  readonly rationale?: string;
  readonly valid?: boolean;
}

/** What is known of a trace beside its spans, in the JSON of MLflow 3. */
export interface TraceInfo {
  readonly trace_id: string;
  readonly trace_location?: { readonly mlflow_experiment?: { readonly experiment_id?: string } };
  readonly request_time: string;
  readonly execution_duration?: string;
  readonly state?: string;
  readonly client_request_id?: string;
  readonly request_preview?: string;
  readonly response_preview?: string;
  readonly trace_metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly assessments?: readonly SourceAssessment[];
}

/** The same as servers of MLflow 2 give it. */
export interface TraceInfoV2 {
  readonly request_id: string;
  readonly timestamp_ms?: number | string;
  readonly execution_time_ms?: number | string;
  readonly status?: string;
  readonly request_metadata?: readonly KeyValue[];
  readonly tags?: readonly KeyValue[];
}

const requestMetadata = 'mlflow.traceInputs';
const responseMetadata = 'mlflow.traceOutputs';

export function infoOfV2(old: TraceInfoV2): TraceInfo {
  const metadata = recordOf(old.request_metadata);
  const { [requestMetadata]: request, [responseMetadata]: response } = metadata;
  return {
    trace_id: old.request_id,
    request_time: new Date(Number(old.timestamp_ms ?? 0)).toISOString(),
    ...(old.execution_time_ms !== undefined && { execution_duration: `${Number(old.execution_time_ms) / 1000}s` }),
    state: old.status === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : (old.status ?? 'STATE_UNSPECIFIED'),
    ...(request !== undefined && { request_preview: request }),
    ...(response !== undefined && { response_preview: response }),
    trace_metadata: metadata,
    tags: recordOf(old.tags),
  };
}

function recordOf(entries: readonly KeyValue[] = []): Record<string, string> {
  return Object.fromEntries(entries.map(({ key, value = '' }) => [key, value]));
}

const spansLocationTag = 'mlflow.trace.spansLocation';
export const artifactLocationTag = 'mlflow.artifactLocation';
/** Each server says these of its own places. */
export const placeTags: ReadonlySet<string> = new Set([spansLocationTag, artifactLocationTag]);

/** Else they are a file, as of all clients before MLflow 3.4. */
export function keepsSpansInStore({ tags }: TraceInfo): boolean {
  return tags?.[spansLocationTag] === 'TRACKING_STORE';
}

/** Whether it has ended. */
export function isSettled({ state }: TraceInfo): boolean {
  return state === 'OK' || state === 'ERROR';
}
