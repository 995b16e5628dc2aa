import { finiteValues } from '@millrace/stats';
import type { Monitor } from './monitor.ts';
import type { ReferenceScorer } from './ports.ts';
import type { ReferenceSample } from './reference-sample.ts';

/** Sorted scores of a reference, or why there are none. */
export type ScoreReference =
  { readonly ok: true; readonly sorted: Float64Array } | { readonly ok: false; readonly reason: string };

/**
 * What the score of a window is compared with. A reference of predictions has scores. One of vectors has those that the model in charge
 * makes of them, kept by version: another model's scores of the same vectors are no reference for a window.
 */
export class ReferenceScores {
  readonly #scorer: ReferenceScorer;
  readonly #byVersion = new Map<string, Float64Array>();
  #refusal = 'the vectors of the reference are not scored yet';

  constructor(scorer: ReferenceScorer) {
    this.#scorer = scorer;
  }

  /** Whether scores of any version are there; from then on they stay. */
  isKnown({ scores }: ReferenceSample): boolean {
    return scores !== null || this.#byVersion.size > 0;
  }

  /** Asks for the scores of the version in charge as long as there are none. */
  async prepare(monitor: Monitor, reference: ReferenceSample): Promise<void> {
    if (!this.isKnown(reference)) await this.#ask(monitor, reference);
  }

  /** For a window that was scored by this version, mostly. */
  async of(monitor: Monitor, reference: ReferenceSample, version: string | null): Promise<ScoreReference> {
    if (reference.scores !== null) return { ok: true, sorted: reference.scores };
    if (version === null) return { ok: false, reason: 'the window holds no score' };
    if (!this.#byVersion.has(version)) await this.#ask(monitor, reference);
    const sorted = this.#byVersion.get(version);
    if (sorted !== undefined) return { ok: true, sorted };
    if (this.#byVersion.size === 0) return { ok: false, reason: this.#refusal };
    const others = [...this.#byVersion.keys()].join(', ');
    return {
      ok: false,
      reason: `most of the window was scored by version ${version}, the vectors of the reference by version ${others}`,
    };
  }

  async #ask(monitor: Monitor, { unscored }: ReferenceSample): Promise<void> {
    if (unscored === null || monitor.reference.type !== 'vectors') return;
    const scored = await this.#scorer.score(monitor.endpoint, monitor.reference, unscored);
    if (scored.ok) this.#byVersion.set(scored.modelVersion, finiteValues(scored.scores).sort());
    else this.#refusal = scored.reason;
  }
}
