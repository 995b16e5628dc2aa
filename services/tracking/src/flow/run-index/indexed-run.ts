import type { RunFact, Subject } from '../runs/run-facts.ts';
import type { KeyedText, LatestPoint, RunView } from '../runs/run-view.ts';
import type { ExperimentIndex } from './experiment-index.ts';

/** A run where the index has it: nothing is copied before it is asked for, and what is asked for is as it stands then. */
export class IndexedRun implements RunView {
  readonly #index: ExperimentIndex;
  readonly #row: number;

  constructor(index: ExperimentIndex, row: number) {
    this.#index = index;
    this.#row = row;
  }

  get subject(): Subject {
    return this.#index.subject;
  }

  get id(): string {
    return this.#index.idOf(this.#row);
  }

  get experimentId(): string {
    return this.#index.experimentId;
  }

  get isDeleted(): boolean {
    return this.attribute('lifecycle_stage') === 'deleted';
  }

  get updatedAtMs(): number {
    return this.#index.updatedAtMs(this.#row);
  }

  get params(): KeyedText[] {
    return this.#index.texts('param', this.#row);
  }

  get tags(): KeyedText[] {
    return this.#index.texts('tag', this.#row);
  }

  get metrics(): LatestPoint[] {
    return this.#index.points(this.#row);
  }

  attribute(name: string): string | undefined {
    return this.#index.text('attribute', name)?.get(this.#row) || undefined;
  }

  numberAttribute(name: string): number | undefined {
    const text = this.attribute(name);
    return text === undefined ? undefined : Number(text);
  }

  links(kind: 'dataset' | 'model-input' | 'model-output'): readonly RunFact[] {
    return this.#index
      .links(this.#row)
      .filter((fact) => fact.kind === kind)
      .toSorted((a, b) => a.offset - b.offset || a.item - b.item);
  }
}
