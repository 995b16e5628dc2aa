export { ArtifactError, ArtifactStoreUnavailable } from './artifact-errors.ts';
export { listFolder, normalizeArtifactPath, type ListedArtifact } from './artifact-path.ts';
export {
  isArtifactHash,
  type ArtifactHash,
  type ArtifactStore,
  type PutLimits,
  type StoredArtifact,
} from './artifact-store.ts';
export { DiskArtifactStore } from './disk-artifact-store.ts';
