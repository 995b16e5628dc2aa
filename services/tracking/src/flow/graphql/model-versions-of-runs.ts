import type { RegisteredVersions } from '../ports.ts';

/** Asks for all runs of one answer together: a page of runs would else be a call each. */
export class ModelVersionsOfRuns {
  readonly #registry: RegisteredVersions;
  #waiting = new Set<string>();
  #next: Promise<ReadonlyMap<string, readonly object[]>> | undefined;

  constructor(registry: RegisteredVersions) {
    this.#registry = registry;
  }

  async of(runId: string): Promise<readonly object[]> {
    this.#waiting.add(runId);
    this.#next ??= this.#ask();
    return (await this.#next).get(runId) ?? [];
  }

  async #ask(): Promise<ReadonlyMap<string, readonly object[]>> {
    // By then every run of the answer has said that it wants its versions.
    await new Promise((resolve) => setImmediate(resolve));
    const runIds = [...this.#waiting];
    this.#waiting = new Set();
    this.#next = undefined;
    return this.#registry.ofRuns(runIds);
  }
}
