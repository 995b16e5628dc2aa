import { Watermarks } from '@millrace/events';
import type { ModelPromoted, PromotionEnded } from '@millrace/schemas';
import type { ModelReference } from './endpoints-domain.ts';
import type { ModelVersion } from './model-version.ts';

/** How far back a restarted instance looks for a version that is not refused. */
const keptPerTarget = 20;

type Position = Pick<ModelPromoted, 'generation' | 'sourceOffset'>;

interface Target {
  readonly promoted: readonly { readonly at: Position; readonly version: ModelVersion }[];
  readonly ended: { readonly at: Position; readonly reason: string } | null;
}

/**
 * Every promotion so far by model and target, in the registry's order, less those that are over. Promotions and their
 * ends come by two topics, so an end may be heard of before or after what follows it: the journal's positions tell.
 */
export class Promotions {
  readonly #targets = new Map<string, Target>();
  // A command can give rise to an event in each topic, with the same identity but for the topic.
  readonly #promotionsSeen = Watermarks.empty();
  readonly #endsSeen = Watermarks.empty();

  /** Takes a promotion; null for one that was seen before, or is over already. */
  add(event: ModelPromoted): ModelReference | null {
    if (!this.#promotionsSeen.accept(event)) return null;
    const reference = { name: event.model, target: event.target };
    const { promoted, ended } = this.#target(reference);
    if (ended !== null && !isAfter(event, ended.at)) return null;
    const version: ModelVersion = {
      model: event.model,
      version: event.version,
      artifactHash: event.artifactHash,
      artifactUri: event.artifactUri,
      promotedAtMs: event.promotedAtMs,
    };
    const kept = [...promoted, { at: event, version }].slice(-keptPerTarget);
    this.#targets.set(keyOf(reference), { promoted: kept, ended });
    return reference;
  }

  /** Takes the end of a charge; null for one that was seen before. */
  end(event: PromotionEnded): ModelReference | null {
    if (!this.#endsSeen.accept(event)) return null;
    const reference = { name: event.model, target: event.target };
    const promoted = this.#target(reference).promoted.filter(({ at }) => isAfter(at, event));
    const reason = `version ${event.previousVersion} was in charge of it until ${new Date(event.endedAtMs).toISOString()}: ${event.reason}`;
    this.#targets.set(keyOf(reference), { promoted, ended: { at: event, reason } });
    return reference;
  }

  /** Oldest first. */
  of(reference: ModelReference): readonly ModelVersion[] {
    return this.#target(reference).promoted.map(({ version }) => version);
  }

  /** Why nothing is in charge. */
  absenceOf(reference: ModelReference): string {
    const { ended } = this.#target(reference);
    const absence = `no version of model "${reference.name}" is in charge of ${reference.target}`;
    return ended === null ? absence : `${absence}; ${ended.reason}`;
  }

  #target(reference: ModelReference): Target {
    return this.#targets.get(keyOf(reference)) ?? { promoted: [], ended: null };
  }
}

function keyOf({ name, target }: ModelReference): string {
  return JSON.stringify([name, target]);
}

function isAfter(one: Position, other: Position): boolean {
  return one.generation === other.generation
    ? one.sourceOffset > other.sourceOffset
    : one.generation > other.generation;
}
