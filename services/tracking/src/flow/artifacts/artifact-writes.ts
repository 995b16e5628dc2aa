import { ArtifactError, type ArtifactStore, type PutLimits, type StoredArtifact } from '@millrace/artifacts';
import { doesNotExist, invalidParameter } from '@millrace/mlflow-protocol';
import { UnavailableError } from '@millrace/service-kit';
import { filePath, placeOf } from './artifact-paths.ts';
import type { ArtifactQuota } from './artifact-quota.ts';
import { experimentOfTrace, traceArtifactUri, type ArtifactPlace } from './artifact-roots.ts';
import type { LiveRuns } from '../runs/live-runs.ts';
import type { ExperimentsJournal } from '../ports.ts';
import type { RunWrites } from '../runs/run-writes.ts';
import { notFound } from '../runs/write-refusals.ts';

/** Where a file is to be, and what is there now. */
export interface ArtifactTarget {
  readonly place: ArtifactPlace;
  readonly experimentId: string;
  readonly replacedBytes: number;
  /** The root of a trace's files when nothing was kept of them yet: its first file begins them. */
  readonly begins: string | null;
}

/** The way of every file into the log: checked against the quota before it is stored, named when all of it is. */
export class ArtifactWrites {
  readonly #store: ArtifactStore;
  readonly #live: LiveRuns;
  readonly #writes: RunWrites;
  readonly #quota: ArtifactQuota;
  readonly #experiments: ExperimentsJournal;

  constructor(parts: {
    readonly store: ArtifactStore;
    readonly live: LiveRuns;
    readonly writes: RunWrites;
    readonly quota: ArtifactQuota;
    readonly experiments: ExperimentsJournal;
  }) {
    this.#store = parts.store;
    this.#live = parts.live;
    this.#writes = parts.writes;
    this.#quota = parts.quota;
    this.#experiments = parts.experiments;
  }

  async target(path: string): Promise<ArtifactTarget> {
    const found = placeOf(path);
    const place = { ...found, path: filePath(found.path) };
    const head = await this.#live.get(place.subject, place.id);
    if (head !== null) {
      const replacedBytes = head.artifact(place.path)?.number ?? 0;
      return { place, experimentId: head.experimentId, replacedBytes, begins: null };
    }
    if (place.subject !== 'trace') throw notFound(place.subject, place.id);
    const experiment = experimentOfTrace(path, (await this.#experiments.read()).experiments);
    if (experiment === null) throw doesNotExist(`No experiment keeps its artifacts above ${JSON.stringify(path)}`);
    const begins = traceArtifactUri(experiment.artifactLocation, place.id);
    return { place, experimentId: experiment.id, replacedBytes: 0, begins };
  }

  /** How much may arrive; refuses what is known to be too much. */
  limits({ experimentId, replacedBytes }: ArtifactTarget, declaredBytes: number): Promise<PutLimits> {
    return this.#quota.limits(experimentId, { declaredBytes, replacedBytes });
  }

  /** The last step: from here on the file is listed. */
  async name(target: ArtifactTarget, stored: StoredArtifact, actor: string): Promise<void> {
    const { place, experimentId, replacedBytes, begins } = target;
    const { subject, id, path } = place;
    const artifacts = [{ path, ...stored }];
    await this.#quota.within(experimentId, { declaredBytes: stored.sizeBytes, replacedBytes }, async (lastWord) => {
      const judged = lastWord === undefined ? {} : { lastWord };
      if (begins === null) await this.#writes.write(subject, id, { artifacts }, { type: 'logged', actor, ...judged });
      else {
        const write = { attributes: { artifact_uri: begins }, artifacts };
        await this.#writes.create({ subject, id, experimentId, write, ...judged }, { actor });
      }
    });
    // A collection of unnamed contents may have looked at the names before this one was there.
    if ((await this.#store.sizeOf(stored.hash)) !== null) return;
    const gone = { artifacts: [{ path, hash: null, sizeBytes: 0 }] };
    await this.#writes.write(subject, id, gone, { type: 'logged', actor });
    throw new UnavailableError('TRACKING_ARTIFACT_UNAVAILABLE', `the content of ${path} was taken away: send it again`);
  }
}

/** What the store says of a content, in MLflow's terms. */
export async function inMlflowTerms<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ArtifactError && error.code.endsWith('_INVALID')) throw invalidParameter(error.message);
    throw error;
  }
}
