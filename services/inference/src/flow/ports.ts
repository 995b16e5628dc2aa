import type { FeatureSignature } from '../onnx/feature-signature.ts';
import type { ModelVersion } from './model-version.ts';

/** The registry's files. Outages are transient errors. */
export interface ModelArtifacts {
  read(version: ModelVersion): Promise<ModelFile>;
}

export type ModelFile =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' }
  /** Not read to its end. */
  | { readonly kind: 'too-large'; readonly maxBytes: number };

/** Versions that an endpoint names by number. */
export interface ModelVersions {
  find(model: string, version: string): Promise<ModelVersion | null>;
}

/** One vector as the features service makes it on request. */
export interface RequestedVector {
  readonly entities: Readonly<Record<string, string>>;
  readonly eventTimeMs: number;
  readonly numbers: readonly number[];
  readonly strings: readonly (string | null)[];
}

export interface RequestedVectors {
  readonly signature: FeatureSignature;
  readonly vectors: readonly RequestedVector[];
}

export interface EntityRow {
  readonly entities: Readonly<Record<string, string | number>>;
  readonly request?: Readonly<Record<string, unknown>> | undefined;
}

/** The features service. A fault of the caller's rows is a coded error with every fault; outages are transient. */
export interface FeatureServices {
  /** What a feature service makes; its latest version when none is named. Null when there is none. */
  describe(name: string, version: number | null): Promise<FeatureSignature | null>;
  /** Vectors of entities, evaluated now or at a time. */
  read(
    service: { readonly name: string; readonly version: number },
    rows: readonly EntityRow[],
    atMs: number | null,
  ): Promise<RequestedVectors>;
  /** The vectors of whole events, each as if it had been appended; nothing is written. */
  readCandidates(
    service: { readonly name: string; readonly version: number },
    events: readonly Readonly<Record<string, unknown>>[],
  ): Promise<RequestedVectors>;
}
