import type { ModelPromoted } from '@millrace/schemas';
import type { ModelReference } from './endpoints-domain.ts';
import type { ModelVersion } from './model-version.ts';

/** How far back a restarted instance looks for a version that is not refused. */
const keptPerTarget = 20;

/** Every promotion so far by model and target, in the registry's order. */
export class Promotions {
  readonly #versions = new Map<string, readonly ModelVersion[]>();
  #lastOffset = -1;

  /** Takes a promotion; null for one that was seen before. The events of one journal come in its order. */
  add(event: ModelPromoted): ModelReference | null {
    if (event.sourceOffset <= this.#lastOffset) return null;
    this.#lastOffset = event.sourceOffset;
    const reference = { name: event.model, target: event.target };
    const version: ModelVersion = {
      model: event.model,
      version: event.version,
      artifactHash: event.artifactHash,
      artifactUri: event.artifactUri,
      promotedAtMs: event.promotedAtMs,
    };
    this.#versions.set(keyOf(reference), [...this.of(reference), version].slice(-keptPerTarget));
    return reference;
  }

  /** Oldest first. */
  of(reference: ModelReference): readonly ModelVersion[] {
    return this.#versions.get(keyOf(reference)) ?? [];
  }
}

function keyOf({ name, target }: ModelReference): string {
  return JSON.stringify([name, target]);
}
