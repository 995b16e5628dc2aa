import { artifactScheme, type Experiment } from '../experiments/experiments.ts';
import type { Subject } from '../runs/run-facts.ts';

/** Whose files lie at a path below the artifact store's root, and the path among them; empty for all of them. */
export interface ArtifactPlace {
  readonly subject: Subject;
  readonly id: string;
  readonly path: string;
}

export function runArtifactUri(experimentLocation: string, runId: string): string {
  return `${experimentLocation}/${runId}/artifacts`;
}

export function modelArtifactUri(experimentLocation: string, modelId: string): string {
  return `${experimentLocation}/models/${modelId}/artifacts`;
}

/** Attachments, and the spans of clients older than MLflow 3. */
export function traceArtifactUri(experimentLocation: string, traceId: string): string {
  return `${experimentLocation.replace(/\/+$/, '')}/traces/${traceFolder(traceId)}/artifacts`;
}

/** An id that servers of MLflow 2 gave looks like one of a run: it gets the beginning that tells traces from runs. */
export function traceFolder(traceId: string): string {
  return traceId.startsWith('tr-') ? traceId : `tr-${traceId}`;
}

/** The experiment below whose location the path of a trace's file lies. */
export function experimentOfTrace(path: string, experiments: ReadonlyMap<string, Experiment>): Experiment | null {
  const location = artifactScheme + path.slice(0, Math.max(0, path.lastIndexOf('/traces/')));
  const byId = experiments.get(location.slice(artifactScheme.length));
  if (byId?.artifactLocation === location) return byId;
  return [...experiments.values()].find(({ artifactLocation }) => artifactLocation === location) ?? null;
}

/**
 * `…/<run id>/artifacts/<path>`, `…/models/<model id>/artifacts/<path>` or `…/traces/<trace id>/artifacts/<path>`, as
 * experiments' artifact locations begin in any way. Null for a path that is nobody's.
 */
export function placeOfPath(path: string): ArtifactPlace | null {
  const owner = 'models/(m-[0-9a-f]{32})|traces/(tr-[0-9a-f]{1,64})|([0-9a-f]{32})';
  const match = new RegExp(`^(?:.*?/)?(?:${owner})/artifacts(?:/(.*))?$`, 's').exec(path);
  if (match === null) return null;
  const [, modelId, traceId, runId, inner = ''] = match;
  if (modelId !== undefined) return { subject: 'logged-model', id: modelId, path: inner };
  if (traceId !== undefined) return { subject: 'trace', id: traceId, path: inner };
  return runId === undefined ? null : { subject: 'run', id: runId, path: inner };
}

/** The place that an address names: `mlflow-artifacts:/…`, `runs:/<id>/<path>` or `models:/m-…`. */
export function placeOfUri(uri: string): ArtifactPlace | null {
  if (uri.startsWith(artifactScheme)) {
    const withoutHost = uri.slice('mlflow-artifacts:'.length).replace(/^\/\/[^/]*/, '');
    return placeOfPath(withoutHost.replace(/^\/+/, ''));
  }
  const run = /^runs:\/+([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (run?.[1] !== undefined) return { subject: 'run', id: run[1], path: run[2] ?? '' };
  const model = /^models:\/+(m-[0-9a-f]{32})(?:\/(.*))?$/s.exec(uri);
  if (model?.[1] !== undefined) return { subject: 'logged-model', id: model[1], path: model[2] ?? '' };
  return null;
}
