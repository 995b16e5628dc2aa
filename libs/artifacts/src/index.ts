export { ArtifactError, ArtifactStoreUnavailable } from './artifact-errors.ts';
export { listFolder, normalizeArtifactPath, type ListedArtifact } from './artifact-path.ts';
export {
  ArtifactStore,
  isArtifactHash,
  type ArtifactHash,
  type ExpectedDigests,
  type FoundArtifact,
  type PutLimits,
  type StoredArtifact,
} from './artifact-store.ts';
export { artifactsPlace } from './artifacts-place.ts';
export { maxParts, MultipartUploads, type Upload, type UploadPart } from './multipart-uploads.ts';
export type { ByteRange } from './object-storage.ts';
export { openArtifacts, type Artifacts, type ArtifactsPlace } from './open-artifacts.ts';
