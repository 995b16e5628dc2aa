export const artifactLocationTag = 'mlflow.artifactLocation';

/** Where files of a trace lie: attachments, and the spans of clients older than MLflow 3. */
export function traceArtifactUri(experimentLocation: string, traceId: string): string {
  return `${experimentLocation.replace(/\/+$/, '')}/traces/${traceId}/artifacts`;
}
