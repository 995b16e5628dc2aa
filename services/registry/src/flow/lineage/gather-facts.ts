import type { IndexedFile } from '../pin-artifact.ts';
import { codeOriginOf } from './code-origin.ts';
import { mayBePointer, readDataPointers } from './read-data-pointer.ts';
import { longestModelFileBytes, readModelFile, type ModelFile } from './read-model-file.ts';
import type { DataPointer, TrackedRun, VersionFacts } from './version-facts.ts';

/** What the tracking service knows of runs and files. Throws UnavailableError while it is down. */
export interface TrackedRuns {
  run(runId: string): Promise<TrackedRun | null>;
  filesOf(runId: string): Promise<readonly IndexedFile[]>;
  /** The text of a file by its hash; null when it is not there. */
  text(hash: string): Promise<string | null>;
}

/** How many small files of a run are read in search of pointers. */
const mostPointers = 50;
const mostDatasets = 50;
export const featureServiceTag = 'millrace.feature_service';

interface Source {
  /** Files of the model. */
  readonly files: readonly IndexedFile[];
  readonly runId: string | null;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** Reads what is bound to a version at its registration: from its MLmodel file, its run and the run's files. */
export class GatherFacts {
  readonly #tracked: TrackedRuns;

  constructor(tracked: TrackedRuns) {
    this.#tracked = tracked;
  }

  async of({ files, runId, tags }: Source): Promise<VersionFacts> {
    const run = runId === null ? null : await this.#tracked.run(runId);
    const runTags = run?.tags ?? new Map<string, string>();
    const own = tags.find(({ key }) => key === featureServiceTag)?.value;
    return {
      ...(await this.#modelFile(files)),
      featureService: own || runTags.get(featureServiceTag) || null,
      code: codeOriginOf(runTags),
      datasets: (run?.datasets ?? []).slice(0, mostDatasets).map(({ name, digest }) => ({ name, digest })),
      dataPointers: run === null || runId === null ? [] : await this.#pointers(runId, files),
      parentModelIds: (run?.inputModelIds ?? []).slice(0, mostDatasets),
      copiedFrom: null,
    };
  }

  async #modelFile(files: readonly IndexedFile[]): Promise<ModelFile> {
    const file = files.find(({ path, sizeBytes }) => path === 'MLmodel' && sizeBytes <= longestModelFileBytes);
    const text = file === undefined ? null : await this.#tracked.text(file.hash);
    return text === null ? { signature: null, inputExample: null } : readModelFile(text);
  }

  /** Pointers may lie among the run's files or among the model's; those that DVC names itself are looked at first. */
  async #pointers(runId: string, files: readonly IndexedFile[]): Promise<DataPointer[]> {
    const candidates = [...(await this.#tracked.filesOf(runId)), ...files].filter(mayBePointer);
    const byName = [...candidates].sort((a, b) => Number(b.path.endsWith('.dvc')) - Number(a.path.endsWith('.dvc')));
    const found = new Map<string, DataPointer>();
    for (const { path, hash } of byName.slice(0, mostPointers)) {
      for (const pointer of readDataPointers(path, (await this.#tracked.text(hash)) ?? '')) {
        found.set(`${pointer.tool} ${pointer.hash}`, pointer);
      }
    }
    return [...found.values()];
  }
}
