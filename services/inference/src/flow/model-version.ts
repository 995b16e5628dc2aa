/** A model version as it can be fetched: what a promotion names. */
export interface ModelVersion {
  readonly model: string;
  readonly version: string;
  /** SHA-256 of the model file, in hexadecimal. */
  readonly artifactHash: string;
  readonly artifactUri: string;
  /** When it was put in charge; 0 for a version that an endpoint names itself. */
  readonly promotedAtMs: number;
}
