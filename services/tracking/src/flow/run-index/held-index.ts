import type { RunFact } from '../runs/run-facts.ts';
import type { ExperimentIndex } from './experiment-index.ts';

/** All facts that count of these runs. */
export type FactsOf = (ids: readonly string[]) => Promise<readonly RunFact[]>;

interface Reload {
  /** What was written meanwhile. */
  readonly waiting: RunFact[];
  done: Promise<void>;
}

/**
 * An index that is kept by the writes. What is folded cannot be taken out again: a run of which a write is named void is
 * read anew.
 */
export class HeldIndex {
  readonly index: ExperimentIndex;
  readonly #factsOf: FactsOf;
  readonly #reloads = new Map<string, Reload>();

  constructor(index: ExperimentIndex, factsOf: FactsOf) {
    this.index = index;
    this.#factsOf = factsOf;
  }

  get isWhole(): boolean {
    return this.#reloads.size === 0;
  }

  /** Rejects when a run could not be read anew: then the index is of no use any more. */
  async whole(): Promise<void> {
    while (!this.isWhole) await Promise.all([...this.#reloads.values()].map(({ done }) => done));
  }

  fold(id: string, facts: readonly RunFact[]): void {
    const reload = this.#reloads.get(id);
    if (reload !== undefined) reload.waiting.push(...facts);
    else for (const fact of facts) this.index.fold(fact);
  }

  reload(id: string): void {
    this.index.remove(id);
    const reload: Reload = { waiting: [], done: Promise.resolve() };
    this.#reloads.set(id, reload);
    reload.done = this.#load(id, reload);
    // Whoever searches next is told.
    reload.done.catch(() => undefined);
  }

  async #load(id: string, reload: Reload): Promise<void> {
    const stored = await this.#factsOf([id]);
    // Another write was named void meanwhile: that reload has what this one lacks.
    if (this.#reloads.get(id) !== reload) return;
    this.#reloads.delete(id);
    for (const fact of stored.toSorted((a, b) => a.offset - b.offset || a.item - b.item)) this.index.fold(fact);
    for (const fact of reload.waiting) this.index.fold(fact);
  }
}
