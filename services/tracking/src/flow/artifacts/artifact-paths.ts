import { normalizeArtifactPath } from '@millrace/artifacts';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { placeOfPath, type ArtifactPlace } from './artifact-roots.ts';

/** The place that a path below the root of all artifacts stands for. */
export function placeOf(path: string): ArtifactPlace {
  if (normalizeArtifactPath(path) === null) throw invalidPath();
  const place = placeOfPath(path.replace(/\/$/, ''));
  if (place === null)
    throw doesNotExist(
      `The path ${JSON.stringify(path)} is not below the artifacts of a run, a logged model or a trace`,
    );
  return place;
}

/** The path of a file among those of its owner. */
export function filePath(path: string): string {
  const normal = normalizeArtifactPath(path);
  if (normal === null) throw invalidPath();
  return normal;
}

/** The same of a folder; empty for the root. */
export function folderPath(path: string): string {
  return path === '' ? '' : filePath(path);
}

export function invalidPath(): Error {
  return invalidParameter('Invalid path');
}
