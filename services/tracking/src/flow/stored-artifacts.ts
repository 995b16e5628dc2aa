import {
  isArtifactHash,
  listFolder,
  normalizeArtifactPath,
  type ArtifactHash,
  type ArtifactStore,
  type ListedArtifact,
} from '@millrace/artifacts';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { crashPoint } from '@millrace/service-kit';
import type { Readable } from 'node:stream';
import { placeOfPath, placeOfUri, type ArtifactPlace } from './artifact-roots.ts';
import type { LiveRuns } from './live-runs.ts';
import type { RunHead } from './run-head.ts';
import { notFound, type RunWrites } from './run-writes.ts';

interface StoredFile {
  readonly path: string;
  readonly hash: ArtifactHash;
  readonly sizeBytes: number;
}

export interface ResolvedArtifacts {
  readonly artifactUri: string;
  readonly runId: string | null;
  readonly modelId: string | null;
  /** Files at or below the place, relative to it; a place that is a file itself has one under an empty path. */
  readonly files: readonly StoredFile[];
}

/** Files of runs and logged models: their contents by hash in the store, their names in the log of the run. */
export class StoredArtifacts {
  readonly #store: ArtifactStore;
  readonly #live: LiveRuns;
  readonly #writes: RunWrites;

  constructor(store: ArtifactStore, live: LiveRuns, writes: RunWrites) {
    this.#store = store;
    this.#live = live;
    this.#writes = writes;
  }

  /** A file is listed only when all of it is stored: the name is written last. */
  async upload(path: string, content: AsyncIterable<Uint8Array>, actor: string): Promise<void> {
    const { head, inner } = await this.#headOf(placed(path));
    const file = pathIn(inner);
    const { hash, sizeBytes } = await this.#store.put(content);
    crashPoint('tracking.after-artifact-stored');
    await this.#writes.write(
      head.subject,
      head.id,
      { artifacts: [{ path: file, hash, sizeBytes }] },
      { type: 'logged', actor },
    );
  }

  async download(path: string): Promise<{ content: Readable; sizeBytes: number }> {
    const { head, inner } = await this.#headOf(placed(path));
    const file = head.artifact(pathIn(inner));
    if (file === undefined) throw doesNotExist(`Artifact not found: ${path}`);
    return this.content(file.text);
  }

  async content(hash: string): Promise<{ content: Readable; sizeBytes: number }> {
    const sizeBytes = isArtifactHash(hash) ? await this.#store.sizeOf(hash) : null;
    if (!isArtifactHash(hash) || sizeBytes === null)
      throw doesNotExist(`There is no artifact with the SHA-256 ${hash}`);
    return { content: await this.#store.read(hash), sizeBytes };
  }

  /** Takes the name away, of a folder with all below it. Contents stay: other runs and promoted versions may hold them. */
  async remove(path: string, actor: string): Promise<void> {
    const { head, inner } = await this.#headOf(placed(path));
    const doomed = filesAt(head, inner === '' ? '' : pathIn(inner)).map((file) => ({
      path: file.key,
      hash: null,
      sizeBytes: 0,
    }));
    await this.#writes.write(head.subject, head.id, { artifacts: doomed }, { type: 'logged', actor });
  }

  /** Direct children of a folder of a run or model. */
  async list(place: ArtifactPlace): Promise<{ rootUri: string; files: ListedArtifact[] }> {
    const { head, inner } = await this.#headOf(place);
    const folder = inner === '' ? '' : pathIn(inner);
    const files = head.artifacts.map(({ key, number }) => ({ path: key, sizeBytes: number }));
    return { rootUri: head.attribute('artifact_uri') ?? '', files: listFolder(files, folder) };
  }

  async listPath(path: string): Promise<ListedArtifact[]> {
    if (path === '') return [];
    return (await this.list(placed(path))).files;
  }

  /** What an address stands for, or null when it is nobody's. */
  async resolve(uri: string): Promise<ResolvedArtifacts | null> {
    const place = placeOfUri(uri);
    const head = place && (await this.#live.get(place.subject, place.id));
    if (place === null || head === null) return null;
    const inner = place.path === '' ? '' : pathIn(place.path);
    const root = head.attribute('artifact_uri') ?? '';
    return {
      artifactUri: inner === '' ? root : `${root}/${inner}`,
      runId: head.subject === 'run' ? head.id : (head.attribute('source_run_id') ?? null),
      modelId: head.subject === 'logged-model' ? head.id : null,
      files: filesAt(head, inner).map(({ key, text, number }) => ({
        path: key === inner ? '' : inner === '' ? key : key.slice(inner.length + 1),
        hash: text as ArtifactHash,
        sizeBytes: number,
      })),
    };
  }

  async #headOf(place: ArtifactPlace): Promise<{ head: RunHead; inner: string }> {
    const head = await this.#live.get(place.subject, place.id);
    if (head === null) throw notFound(place.subject, place.id);
    return { head, inner: place.path };
  }
}

function filesAt(head: RunHead, inner: string) {
  return head.artifacts.filter(({ key }) => inner === '' || key === inner || key.startsWith(`${inner}/`));
}

function placed(path: string): ArtifactPlace {
  if (normalizeArtifactPath(path) === null) throw invalidPath(path);
  const place = placeOfPath(path.replace(/\/$/, ''));
  if (place === null)
    throw doesNotExist(`The path ${JSON.stringify(path)} is not below the artifacts of a run or a logged model`);
  return place;
}

function pathIn(path: string): string {
  const normal = normalizeArtifactPath(path);
  if (normal === null) throw invalidPath(path);
  return normal;
}

function invalidPath(path: string): Error {
  return invalidParameter(`Invalid path: ${JSON.stringify(path.slice(0, 200))}`);
}
