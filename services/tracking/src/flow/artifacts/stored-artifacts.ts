import {
  isArtifactHash,
  listFolder,
  type ArtifactHash,
  type ArtifactStore,
  type ByteRange,
  type ListedArtifact,
  type PutLimits,
  type StoredArtifact,
} from '@millrace/artifacts';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { crashPoint } from '@millrace/service-kit';
import type { Readable } from 'node:stream';
import { filePath, folderPath, placeOf } from './artifact-paths.ts';
import { placeOfUri, type ArtifactPlace } from './artifact-roots.ts';
import { inMlflowTerms, type ArtifactWrites } from './artifact-writes.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { RunHead } from '../runs/run-head.ts';
import type { RunWrites } from '../runs/run-writes.ts';
import { notFound } from '../runs/write-refusals.ts';

interface StoredFile extends StoredArtifact {
  readonly path: string;
}

export interface ResolvedArtifacts {
  readonly artifactUri: string;
  readonly runId: string | null;
  readonly modelId: string | null;
  /** Files at or below the place, relative to it; a place that is a file itself has one under an empty path. */
  readonly files: readonly StoredFile[];
}

export interface Arriving {
  readonly content: AsyncIterable<Uint8Array>;
  /** 0 when the sender did not say. */
  readonly declaredBytes: number;
  readonly expected: PutLimits['expected'];
}

/** Files of runs, logged models and traces: their contents by hash in the store, their names in the log of their owner. */
export class StoredArtifacts {
  readonly #store: ArtifactStore;
  readonly #live: LiveRuns;
  readonly #runs: RunWrites;
  readonly #writes: ArtifactWrites;

  constructor(store: ArtifactStore, live: LiveRuns, runs: RunWrites, writes: ArtifactWrites) {
    this.#store = store;
    this.#live = live;
    this.#runs = runs;
    this.#writes = writes;
  }

  /** A file is listed only when all of it is stored: the name is written last. */
  async upload(path: string, { content, declaredBytes, expected }: Arriving, actor: string): Promise<void> {
    const target = await this.#writes.target(path);
    const limits = await this.#writes.limits(target, declaredBytes);
    const stored = await inMlflowTerms(this.#store.put(content, { ...limits, ...(expected && { expected }) }));
    crashPoint('tracking.after-artifact-stored');
    await this.#writes.name(target, stored, actor);
  }

  find(path: string): Promise<StoredFile> {
    return this.findAt(placeOf(path));
  }

  /** What a file is; `read` gives its bytes. */
  async findAt(place: ArtifactPlace): Promise<StoredFile> {
    const head = await this.#headOf(place);
    const path = filePath(place.path);
    const file = head.artifact(path);
    if (file !== undefined) return { path, hash: file.text as ArtifactHash, sizeBytes: file.number };
    if (filesAt(head, path).length > 0)
      throw invalidParameter(`Artifact path refers to a directory, not a file: '${path}'`);
    throw doesNotExist(`No such artifact: '${path}'`);
  }

  async findContent(hash: string): Promise<StoredArtifact> {
    const sizeBytes = isArtifactHash(hash) ? await this.#store.sizeOf(hash) : null;
    if (!isArtifactHash(hash) || sizeBytes === null)
      throw doesNotExist(`There is no artifact with the SHA-256 ${hash}`);
    return { hash, sizeBytes };
  }

  read(hash: ArtifactHash, range?: ByteRange): Promise<Readable> {
    return this.#store.read(hash, range);
  }

  /** Takes the name away, of a folder with all below it. Contents stay: other runs and promoted versions may hold them. */
  async remove(path: string, actor: string): Promise<void> {
    const place = placeOf(path);
    const head = await this.#headOf(place);
    const doomed = filesAt(head, folderPath(place.path)).map((file) => ({ path: file.key, hash: null, sizeBytes: 0 }));
    await this.#runs.write(head.subject, head.id, { artifacts: doomed }, { type: 'logged', actor });
  }

  /** Direct children of a folder of a run, model or trace. */
  async list(place: ArtifactPlace): Promise<{ rootUri: string; files: ListedArtifact[] }> {
    const head = await this.#live.get(place.subject, place.id);
    // Of a trace nothing is kept here before its first file.
    if (head === null && place.subject === 'trace') return { rootUri: '', files: [] };
    if (head === null) throw notFound(place.subject, place.id);
    const files = head.artifacts.map(({ key, number }) => ({ path: key, sizeBytes: number }));
    return { rootUri: head.attribute('artifact_uri') ?? '', files: listFolder(files, folderPath(place.path)) };
  }

  async listPath(path: string): Promise<ListedArtifact[]> {
    if (path === '') return [];
    return (await this.list(placeOf(path))).files;
  }

  /** What an address stands for, or null when it is nobody's. */
  async resolve(uri: string): Promise<ResolvedArtifacts | null> {
    const place = placeOfUri(uri);
    const head = place && (await this.#live.get(place.subject, place.id));
    if (place === null || head === null) return null;
    const inner = folderPath(place.path);
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

  async #headOf({ subject, id }: ArtifactPlace): Promise<RunHead> {
    const head = await this.#live.get(subject, id);
    if (head === null) throw notFound(subject, id);
    return head;
  }
}

function filesAt(head: RunHead, inner: string) {
  return head.artifacts.filter(({ key }) => inner === '' || key === inner || key.startsWith(`${inner}/`));
}
