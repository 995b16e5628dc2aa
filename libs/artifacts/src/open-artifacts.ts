import { ArtifactStore } from './artifact-store.ts';
import { DiskObjects } from './disk-objects.ts';
import { MultipartUploads } from './multipart-uploads.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { S3Settings } from './s3-objects.ts';

export type ArtifactsPlace =
  { readonly kind: 'disk'; readonly directory: string } | ({ readonly kind: 's3' } & S3Settings);

export interface Artifacts {
  readonly store: ArtifactStore;
  readonly uploads: MultipartUploads;
  /** Takes away what broken and abandoned uploads have left since before that time. */
  sweep(beforeMs: number): Promise<void>;
}

/** The store at a place; any number of processes may share one. */
export async function openArtifacts(place: ArtifactsPlace): Promise<Artifacts> {
  const objects = await objectsAt(place);
  const store = new ArtifactStore(objects);
  const uploads = new MultipartUploads(objects, store);
  return {
    store,
    uploads,
    sweep: async (beforeMs) => {
      await objects.sweep(beforeMs);
      await uploads.sweep(beforeMs);
    },
  };
}

async function objectsAt(place: ArtifactsPlace): Promise<ObjectStorage> {
  if (place.kind === 'disk') return DiskObjects.open(place.directory);
  // Loaded where it is used: Amazon's client is larger than all else together.
  const { S3Objects } = await import('./s3-objects.ts');
  return new S3Objects(place);
}
