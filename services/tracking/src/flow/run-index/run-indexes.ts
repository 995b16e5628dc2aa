import type { RunHistory, StoredRuns } from '../ports.ts';
import type { RunFact, Subject } from '../runs/run-facts.ts';
import { ExperimentIndex } from './experiment-index.ts';
import { HeldIndex } from './held-index.ts';

export interface RunIndexesOptions {
  /** All indexes together; the least recently used experiment is forgotten first. */
  readonly maxBytes: number;
  readonly now: () => number;
  /** Waits until the store holds every write that was acknowledged before, and so every write that was told of before. */
  readonly untilStored: () => Promise<void>;
}

/** How long an experiment that did not fit is not tried again. */
const retryMs = 600_000;
/** Writes that come while an index is loaded wait in memory; more than this, and the search goes to the store. */
const maxWaitingFacts = 200_000;
/** A search over more experiments than this would load one after the other. */
const maxExperiments = 64;

interface Loading {
  readonly index: ExperimentIndex;
  readonly waiting: RunFact[];
  /** Runs of which a write was named void meanwhile. */
  readonly reloads: Set<string>;
  isVoid: boolean;
  /** Whether the index is held then. */
  done: Promise<boolean>;
}

/** Where indexes are loaded from. */
export type IndexStore = Pick<StoredRuns, 'latestOf'> & Pick<RunHistory, 'factsOf'>;

/**
 * Indexes of the experiments that were searched last: loaded from the store, and kept by the writes since. Nothing here is
 * a source of truth; it can be dropped at any time.
 */
export class RunIndexes {
  readonly #store: IndexStore;
  readonly #options: RunIndexesOptions;
  /** The least recently used first. */
  readonly #held = new Map<string, HeldIndex>();
  readonly #loading = new Map<string, Loading>();
  readonly #tooLarge = new Map<string, number>();

  constructor(store: IndexStore, options: RunIndexesOptions) {
    this.#store = store;
    this.#options = options;
  }

  get heldBytes(): number {
    let bytes = 0;
    for (const { index } of this.#held.values()) bytes += index.bytes;
    for (const { index } of this.#loading.values()) bytes += index.bytes;
    return bytes;
  }

  /**
   * The indexes of these experiments with every write that was told of so far; null when they do not fit into memory, and
   * the store has to be asked.
   */
  async of(subject: Subject, experimentIds: readonly string[]): Promise<ExperimentIndex[] | null> {
    if (experimentIds.length > maxExperiments) return null;
    for (const experimentId of experimentIds) {
      if (!(await this.#isHeld(subject, experimentId))) return null;
    }
    // Looked up at once: one that was forgotten while another was loaded is no longer kept by the writes.
    for (;;) {
      const held = experimentIds.flatMap((experimentId) => this.#held.get(keyOf(subject, experimentId)) ?? []);
      if (held.length < experimentIds.length) return null;
      if (held.every(({ isWhole }) => isWhole)) return held.map(({ index }) => index);
      for (const one of held) await this.#whole(one);
    }
  }

  async #isHeld(subject: Subject, experimentId: string): Promise<boolean> {
    const key = keyOf(subject, experimentId);
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.delete(key);
      this.#held.set(key, held);
      return true;
    }
    const loading = this.#loading.get(key);
    if (loading !== undefined) return loading.done;
    if ((this.#tooLarge.get(key) ?? 0) > this.#options.now()) return false;
    return this.#load(key, new ExperimentIndex(subject, experimentId));
  }

  /** What could not be read anew is forgotten, and loaded again at the next search. */
  async #whole(held: HeldIndex): Promise<void> {
    try {
      await held.whole();
    } catch (error) {
      const key = keyOf(held.index.subject, held.index.experimentId);
      if (this.#held.get(key) === held) this.#held.delete(key);
      throw error;
    }
  }

  /** A write that was not judged here may be refused: then a later one names it void, and the run is read anew. */
  folded({ facts }: { readonly facts: readonly RunFact[] }): void {
    const [first] = facts;
    if (first === undefined) return;
    const key = keyOf(first.subject, first.experimentId);
    const loading = this.#loading.get(key);
    if (loading !== undefined) {
      if (loading.isVoid) return;
      if (facts.some(namesVoid)) loading.reloads.add(first.id);
      for (const fact of facts) loading.waiting.push(fact);
      if (loading.waiting.length > maxWaitingFacts) this.#abandon(loading);
      return;
    }
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (facts.some(namesVoid)) held.reload(first.id);
    else held.fold(first.id, facts);
    this.#shrink();
  }

  skipped(): void {
    this.#held.clear();
    for (const loading of this.#loading.values()) this.#abandon(loading);
  }

  #load(key: string, index: ExperimentIndex): Promise<boolean> {
    // From here on writes wait: the store has those before, and may have some of these, which fold to the same.
    const loading: Loading = { index, waiting: [], reloads: new Set(), isVoid: false, done: Promise.resolve(false) };
    loading.done = this.#fill(key, loading).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading.done;
  }

  async #fill(key: string, loading: Loading): Promise<boolean> {
    const { index, waiting } = loading;
    await this.#options.untilStored();
    for await (const facts of this.#store.latestOf(index.subject, index.experimentId)) {
      for (const fact of facts) index.fold(fact);
      if (this.#isTooLarge(index)) loading.isVoid = true;
      if (loading.isVoid) break;
    }
    for (const fact of waiting) index.fold(fact);
    if (this.#isTooLarge(index)) {
      this.#tooLarge.delete(key);
      this.#tooLarge.set(key, this.#options.now() + retryMs);
      for (const oldest of [...this.#tooLarge.keys()].slice(0, -1000)) this.#tooLarge.delete(oldest);
      return false;
    }
    if (loading.isVoid) return false;
    this.#loading.delete(key);
    const held = new HeldIndex(index, (ids) => this.#factsOf(index.subject, ids));
    for (const id of loading.reloads) held.reload(id);
    this.#held.set(key, held);
    this.#shrink();
    return true;
  }

  async #factsOf(subject: Subject, ids: readonly string[]): Promise<readonly RunFact[]> {
    await this.#options.untilStored();
    return this.#store.factsOf(subject, ids);
  }

  #isTooLarge(index: ExperimentIndex): boolean {
    return index.bytes > this.#options.maxBytes;
  }

  #abandon(loading: Loading): void {
    loading.isVoid = true;
    loading.waiting.length = 0;
  }

  #shrink(): void {
    let bytes = this.heldBytes;
    for (const [key, { index }] of this.#held) {
      if (bytes <= this.#options.maxBytes) return;
      this.#held.delete(key);
      bytes -= index.bytes;
    }
  }
}

function namesVoid({ kind }: RunFact): boolean {
  return kind === 'void';
}

function keyOf(subject: Subject, experimentId: string): string {
  return `${subject} ${experimentId}`;
}
