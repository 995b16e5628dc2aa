import type { ModelArtifacts } from './ports.ts';
import type { ModelVersion, PinnedArtifact } from './registry-state.ts';

/** Files that were uploaded after the version was registered; null for a version that has them, or has none. */
export async function lateArtifact(artifacts: ModelArtifacts, version: ModelVersion): Promise<PinnedArtifact | null> {
  if (version.artifact !== null || !version.storageLocation.startsWith('mlflow-artifacts:')) return null;
  return (await artifacts.resolve(version.storageLocation))?.artifact ?? null;
}
