/** What names a vector among those of its lane. */
export interface ServedVector {
  readonly lane: string;
  readonly generation: number;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  readonly computedAtMs: number;
}

interface Unchecked {
  firstMs: number;
  newest: ServedVector;
}

/** Since when each lane has served vectors that no round of the check has reached. Nothing served is nothing owed. */
export class UncheckedVectors {
  readonly #lanes = new Map<string, Unchecked>();

  served(vectors: readonly ServedVector[]): void {
    for (const vector of vectors) {
      const key = keyOf(vector);
      const unchecked = this.#lanes.get(key);
      if (unchecked) unchecked.newest = vector;
      else this.#lanes.set(key, { firstMs: vector.computedAtMs, newest: vector });
    }
  }

  /** A round has looked at what the lane computed up to then; what came later is owed since then at the earliest. */
  checked(lane: Pick<ServedVector, 'lane' | 'generation'>, upToMs: number): void {
    const unchecked = this.#lanes.get(keyOf(lane));
    if (!unchecked) return;
    if (unchecked.newest.computedAtMs <= upToMs) this.#lanes.delete(keyOf(lane));
    else unchecked.firstMs = Math.max(unchecked.firstMs, upToMs);
  }

  /** The last vector of a lane that owes a check. */
  newest(lane: Pick<ServedVector, 'lane' | 'generation'>): ServedVector | undefined {
    return this.#lanes.get(keyOf(lane))?.newest;
  }

  /** Forgets lanes that have been retired or have begun anew: nobody can check them any more. */
  keepOnly(lanes: readonly Pick<ServedVector, 'lane' | 'generation'>[]): void {
    const kept = new Set(lanes.map(keyOf));
    for (const key of this.#lanes.keys()) if (!kept.has(key)) this.#lanes.delete(key);
  }

  /** Whether no lane has owed a check for as long as that. */
  allYoungerThan(limitMs: number, nowMs: number): boolean {
    return [...this.#lanes.values()].every(({ firstMs }) => nowMs - firstMs < limitMs);
  }
}

function keyOf({ lane, generation }: Pick<ServedVector, 'lane' | 'generation'>): string {
  return `${lane}|${generation}`;
}
