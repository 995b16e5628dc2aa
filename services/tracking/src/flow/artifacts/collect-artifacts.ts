import type { ArtifactHash, ArtifactStore, FoundArtifact } from '@millrace/artifacts';
import type { ArtifactPins, ArtifactUsage } from '../ports.ts';

export interface CollectArtifactsOptions {
  readonly now: () => number;
  /** A content that was put, or whose name was taken away, later than this long ago is left. */
  readonly keptMs: number;
}

export interface CollectedArtifacts {
  /** Contents in the store that are old enough to be looked at. */
  readonly examined: number;
  /** Those of them that no file and no model version is, and their bytes. */
  readonly unused: number;
  readonly unusedBytes: number;
}

const batchSize = 1000;

/**
 * Clears away contents that nobody refers to any more: no file of a run, model or trace, deleted ones included, which can be
 * restored, and no version of a model. It goes through the store by the first digits of the hashes, a batch at a time.
 */
export class CollectArtifacts {
  readonly #store: Pick<ArtifactStore, 'list' | 'removeOlder'>;
  readonly #usage: Pick<ArtifactUsage, 'usedOf'>;
  readonly #pins: ArtifactPins;
  readonly #options: CollectArtifactsOptions;

  constructor(
    store: Pick<ArtifactStore, 'list' | 'removeOlder'>,
    usage: Pick<ArtifactUsage, 'usedOf'>,
    pins: ArtifactPins,
    options: CollectArtifactsOptions,
  ) {
    this.#store = store;
    this.#usage = usage;
    this.#pins = pins;
    this.#options = options;
  }

  /** Only says what there is. */
  look(): Promise<CollectedArtifacts> {
    return this.#walk(() => Promise.resolve(true));
  }

  /** Removes it. A content that is put again in the meantime stays. */
  collect(): Promise<CollectedArtifacts> {
    return this.#walk((hash, beforeMs) => this.#store.removeOlder(hash, beforeMs));
  }

  async #walk(take: (hash: ArtifactHash, beforeMs: number) => Promise<boolean>): Promise<CollectedArtifacts> {
    const beforeMs = this.#options.now() - this.#options.keptMs;
    const total = { examined: 0, unused: 0, unusedBytes: 0 };
    const settle = async (batch: readonly FoundArtifact[]): Promise<void> => {
      total.examined += batch.length;
      for (const { hash, sizeBytes } of await this.#unusedOf(batch, beforeMs)) {
        if (!(await take(hash, beforeMs))) continue;
        total.unused += 1;
        total.unusedBytes += sizeBytes;
      }
    };
    for (let digits = 0; digits < 256; digits += 1) {
      let batch: FoundArtifact[] = [];
      for await (const found of this.#store.list(digits.toString(16).padStart(2, '0'))) {
        if (found.modifiedAtMs >= beforeMs) continue;
        batch.push(found);
        if (batch.length < batchSize) continue;
        await settle(batch);
        batch = [];
      }
      if (batch.length > 0) await settle(batch);
    }
    return total;
  }

  async #unusedOf(batch: readonly FoundArtifact[], beforeMs: number): Promise<FoundArtifact[]> {
    const hashes = batch.map(({ hash }) => hash);
    // Names first: a version can only be pinned to what has a name, or had one until a short while ago, which counts as well.
    const used = await this.#usage.usedOf(hashes, beforeMs);
    const rest = hashes.filter((hash) => !used.has(hash));
    const pinned = rest.length === 0 ? new Set<string>() : await this.#pins.pinnedOf(rest);
    return batch.filter(({ hash }) => !used.has(hash) && !pinned.has(hash));
  }
}
