import type { Journal } from '@millrace/events';
import type { RegistryCommand } from './registry-commands.ts';
import type { IndexedFile } from './pin-artifact.ts';
import type { ModelVersion, PinnedArtifact, RegistryState } from './registry-state.ts';
import type { MetricValues } from './rules/promotion-rules.ts';

export type RegistryJournal = Pick<Journal<RegistryState, RegistryCommand>, 'submit' | 'read' | 'state' | 'answered'>;

export interface ResolvedSource {
  /** Where the files lie: `mlflow-artifacts:/…`. */
  readonly artifactUri: string;
  /** The run that the files belong to, or that made the logged model. */
  readonly runId: string | null;
  readonly modelId: string | null;
  readonly artifact: PinnedArtifact | null;
  readonly files: readonly IndexedFile[];
}

/** What the tracking service knows of a model's files. */
export interface ModelArtifacts {
  /** Null when the source names a run or logged model that does not exist. Throws UnavailableError while it is down. */
  resolve(source: string): Promise<ResolvedSource | null>;
}

/** What was measured of a version: by its logged model, and by its run for what the model has not. */
export interface VersionMetrics {
  /** Null stands for what is not a number. Throws UnavailableError while it cannot be known. */
  of(version: Pick<ModelVersion, 'runId' | 'modelId'>): Promise<MetricValues>;
}

/** What the registry tells the tracking service of a logged model. */
export interface LoggedModels {
  /** Puts the versions, as JSON, where MLflow looks for them. Never fails: the version is registered all the same. */
  setVersions(modelId: string, versions: string): Promise<void>;
}
