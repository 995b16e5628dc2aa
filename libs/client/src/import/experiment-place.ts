import type { ImportContext } from './import-context.ts';

/** Where an experiment is copied to. */
export interface ExperimentPlace {
  readonly id: string;
  readonly name: string;
  /** Of an experiment that is deleted here because it is there: it takes nothing until it is restored. */
  readonly isDeleted: boolean;
}

/** Restores a deleted experiment before the first thing is copied into it, and deletes it again. */
export class ExperimentGate {
  readonly #context: ImportContext;
  readonly #place: ExperimentPlace;
  readonly #staysDeleted: boolean;
  #isDeleted: boolean;
  #opening: Promise<void> | undefined;

  constructor(context: ImportContext, place: ExperimentPlace, options: { readonly staysDeleted: boolean }) {
    this.#context = context;
    this.#place = place;
    this.#staysDeleted = options.staysDeleted;
    this.#isDeleted = place.isDeleted;
  }

  open(): Promise<void> {
    this.#opening ??= this.#restore();
    return this.#opening;
  }

  async close(): Promise<void> {
    if (!this.#staysDeleted || this.#isDeleted || this.#context.isPlan) return;
    await this.#context.target.change('POST', 'experiments/delete', { experiment_id: this.#place.id });
    this.#isDeleted = true;
  }

  async #restore(): Promise<void> {
    if (!this.#isDeleted) return;
    await this.#context.target.change('POST', 'experiments/restore', { experiment_id: this.#place.id });
    this.#isDeleted = false;
  }
}
