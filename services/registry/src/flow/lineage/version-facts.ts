import type { MetricValues } from '../rules/promotion-rules.ts';
import type { ModelSignature } from '../semver/model-signature.ts';

/** The code that a model was made by, from MLflow's git tags. */
export interface CodeOrigin {
  readonly repository: string | null;
  readonly commit: string | null;
  readonly branch: string | null;
  /** True when the working tree had changes that the commit has not; null when it is not known. */
  readonly dirty: boolean | null;
}

interface DatasetUse {
  readonly name: string;
  readonly digest: string;
}

/** A file of the run that stands for data which a tool keeps elsewhere. */
export interface DataPointer {
  /** Of the pointer, or of what it points to where the pointer says so. */
  readonly path: string;
  readonly tool: 'dvc' | 'git-lfs';
  /** `md5:…` or `sha256:…`: the data version. */
  readonly hash: string;
  readonly sizeBytes: number | null;
}

/** What is bound to a version when it is registered, and never changes after that. */
export interface VersionFacts {
  readonly signature: ModelSignature | null;
  /** Path of the input example within the model. */
  readonly inputExample: string | null;
  readonly featureService: string | null;
  readonly code: CodeOrigin | null;
  readonly datasets: readonly DatasetUse[];
  readonly dataPointers: readonly DataPointer[];
  /** Logged models that the run took as inputs. */
  readonly parentModelIds: readonly string[];
  /** The version of this registry that this one was registered from. */
  /** As they stood at the registration; absent in versions of a time when they were not kept. */
  readonly metrics?: MetricValues;
  readonly copiedFrom: { readonly model: string; readonly version: number } | null;
}

/** What is known of a run. */
export interface TrackedRun {
  readonly tags: ReadonlyMap<string, string>;
  readonly datasets: readonly (DatasetUse & { readonly sourceType: string; readonly source: string })[];
  readonly inputModelIds: readonly string[];
}
