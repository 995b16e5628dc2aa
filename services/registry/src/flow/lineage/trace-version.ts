import { seenBy, type ModelSight } from '../people/registered-subjects.ts';
import type { RegistryJournal } from '../ports.ts';
import type { ModelVersion } from '../registry-state.ts';
import { findVersion } from '../rejections.ts';
import { childrenOf, parentsOf } from './find-versions.ts';
import type { TrackedRuns } from './gather-facts.ts';
import type { TrackedRun } from './version-facts.ts';

export interface ServingEndpoint {
  readonly name: string;
  readonly model: { readonly name: string; readonly target: string };
  readonly activeVersion: string | null;
}

/** What the inference service serves. */
export interface Endpoints {
  /** Null while it does not answer: a lineage without its end is better than none. */
  list(): Promise<readonly ServingEndpoint[] | null>;
}

export interface Lineage {
  readonly version: ModelVersion;
  /** With the sources of its datasets; null when there is no run. */
  readonly run: TrackedRun | null;
  readonly parents: readonly ModelVersion[];
  readonly children: readonly ModelVersion[];
  readonly endpoints: readonly ServingEndpoint[] | null;
}

/** What a version came from and what came of it. */
export class TraceVersion {
  readonly #journal: RegistryJournal;
  readonly #runs: TrackedRuns;
  readonly #endpoints: Endpoints;

  constructor(journal: RegistryJournal, runs: TrackedRuns, endpoints: Endpoints) {
    this.#journal = journal;
    this.#runs = runs;
    this.#endpoints = endpoints;
  }

  /** Null when there is no such version. Of other models those are told of that whoever asks may see. */
  async of(name: string, number: number, sees: ModelSight): Promise<Lineage | null> {
    const state = await this.#journal.read();
    const found = findVersion(state, name, number);
    if (!found.ok) return null;
    const { version } = found;
    const seen = seenBy(state, sees);
    const [parents, children] = [parentsOf(seen, version), childrenOf(seen, version)];
    const [run, endpoints] = await Promise.all([
      version.runId === null ? null : this.#runs.run(version.runId),
      this.#endpoints.list(),
    ]);
    return {
      version,
      run,
      parents,
      children,
      endpoints: endpoints && endpoints.filter((endpoint) => serves(endpoint, version)),
    };
  }
}

/** An endpoint serves what it has loaded, whatever it is meant to. */
function serves({ model, activeVersion }: ServingEndpoint, version: ModelVersion): boolean {
  return model.name === version.name && activeVersion === String(version.version);
}
