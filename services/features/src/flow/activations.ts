import { decodeFenceNote, encodeFenceNote } from './fence-note.ts';
import type { PlannedService, SourceBlueprint } from './source-blueprint.ts';

/** Where the owner of a partition stands when it sees a lane for the first time. */
export interface Standing {
  /** First offset that its states do not hold; null when there are no states yet. */
  readonly next: number | null;
  /** What the group had committed when the states were lost; null when they were not. */
  readonly lostAt: number | null;
  /** Next offset of the log. */
  readonly endOffset: number;
}

/** What the states of a build say of one partition, read by the build that takes over from it. */
export interface PredecessorFence {
  readonly nextOffset: number;
  readonly extra: Buffer;
}

/** A build that is this close behind the one it follows takes over. */
const nearBehind = 2_000;
/** Kept like a lane: from which offset on a record that cannot be handled is dead-lettered. No service can have this name. */
const letters = 'dead-letters';

/**
 * From which offset of one partition each feature service gives vectors, and from which on records are dead-lettered.
 * Decided once by the partition's owner and kept beside the fence, so that a restart decides nothing anew.
 *
 * A lane that an older build still gives is not begun but taken over: at the older build's fence, for everything below it
 * is published. From there on both give the same lane until the older one is stopped; its readers drop the repeats.
 */
export class Activations {
  readonly #offsets: Map<string, number>;

  constructor(offsets: Map<string, number> = new Map()) {
    this.#offsets = offsets;
  }

  static decode(extra: Buffer): Activations {
    return new Activations(new Map(Object.entries(decodeFenceNote(extra).lanes ?? {})));
  }

  encode(): Buffer {
    return this.#offsets.size === 0 ? Buffer.alloc(0) : encodeFenceNote({ lanes: Object.fromEntries(this.#offsets) });
  }

  /** Lanes seen for the first time take effect, but for those of an older build. True when there were any. */
  begin({ services, predecessor, generation }: SourceBlueprint, standing: Standing): boolean {
    const inherited = lanesOf(predecessor);
    const before = this.#offsets.size;
    for (const { plan, sinceGeneration } of services) {
      if (inherited.has(plan.id) || this.#offsets.has(plan.id)) continue;
      const wantsAll = plan.definition.startFrom === 'beginning' || sinceGeneration < generation;
      this.#offsets.set(plan.id, standing.lostAt ?? (wantsAll ? 0 : (standing.next ?? standing.endOffset)));
    }
    if (!inherited.has(letters) && !this.#offsets.has(letters))
      this.#offsets.set(letters, standing.lostAt ?? standing.next ?? 0);
    return this.#offsets.size > before;
  }

  /** Takes the lanes of the older build over if this build, at `next`, has come close to its fence. True when it took any. */
  takeOver({ predecessor }: SourceBlueprint, from: PredecessorFence | null, next: number): boolean {
    if (!from || next > from.nextOffset || from.nextOffset - next > nearBehind) return false;
    const theirs = Activations.decode(from.extra);
    const before = this.#offsets.size;
    for (const lane of lanesOf(predecessor)) {
      const since = theirs.#offsets.get(lane);
      if (since !== undefined && !this.#offsets.has(lane)) this.#offsets.set(lane, Math.max(since, from.nextOffset));
    }
    return this.#offsets.size > before;
  }

  /** Whether every lane of the older build was taken over, and the states have come as far as it had then. */
  hasTakenOver({ predecessor }: SourceBlueprint, next: number): boolean {
    return next >= this.buriesFrom && [...lanesOf(predecessor)].every((lane) => this.#offsets.has(lane));
  }

  isActive({ plan }: PlannedService, offset: number): boolean {
    return offset >= (this.#offsets.get(plan.id) ?? Number.POSITIVE_INFINITY);
  }

  /** Records before it were dead-lettered by an older build, or before the states were lost. */
  get buriesFrom(): number {
    return this.#offsets.get(letters) ?? Number.POSITIVE_INFINITY;
  }
}

function lanesOf(build: SourceBlueprint | null): ReadonlySet<string> {
  return build === null ? new Set() : new Set([...build.services.map(({ plan }) => plan.id), letters]);
}
