import { artifactScheme } from './experiments.ts';
import type { Subject } from './run-facts.ts';

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

/**
 * `…/<run id>/artifacts/<path>` or `…/models/<model id>/artifacts/<path>`, as experiments' artifact locations begin in
 * any way. Null for a path that is nobody's.
 */
export function placeOfPath(path: string): ArtifactPlace | null {
  const match = /^(?:.*?\/)?(?:models\/(m-[0-9a-f]{32})|([0-9a-f]{32}))\/artifacts(?:\/(.*))?$/s.exec(path);
  if (match === null) return null;
  const [, modelId, runId, inner = ''] = match;
  if (modelId !== undefined) return { subject: 'logged-model', id: modelId, path: inner };
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
