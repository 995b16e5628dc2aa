import type { PredictionSample, SampleColumn } from '../flow/ports.ts';
import type { FeatureNames } from './feature-catalog.ts';

/** One prediction or vector as ClickHouse gives it; NaN comes as null. */
export interface SampleRow {
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
  readonly score: number | null;
  readonly failed: boolean;
}

/**
 * Turns rows into columns. Rows of several feature services (an endpoint that was moved to another one) meet by the names of
 * their features; a row that lacks a feature has a missing value there.
 */
export class SampleBuilder {
  readonly #numbers = new Map<string, Float64Array>();
  readonly #strings = new Map<string, (string | null)[]>();
  readonly #rows: number;
  readonly #scores: Float64Array;
  readonly #failed: boolean[] = [];

  /** For at most so many rows. */
  constructor(rows: number) {
    this.#rows = rows;
    this.#scores = new Float64Array(rows).fill(Number.NaN);
  }

  add(row: SampleRow, names: FeatureNames): void {
    const at = this.#failed.length;
    row.numbers.forEach((value, i) => {
      this.#numberColumn(names.numbers[i] ?? `number_${i}`)[at] = value ?? Number.NaN;
    });
    row.strings.forEach((value, i) => {
      this.#stringColumn(names.strings[i] ?? `string_${i}`)[at] = value;
    });
    this.#scores[at] = row.failed ? Number.NaN : (row.score ?? Number.NaN);
    this.#failed.push(row.failed);
  }

  build(): PredictionSample {
    const rows = this.#failed.length;
    const columns: SampleColumn[] = [
      ...[...this.#numbers].map(([name, values]) => ({ name, kind: 'number' as const, values: values.slice(0, rows) })),
      ...[...this.#strings].map(([name, values]) => ({ name, kind: 'string' as const, values: values.slice(0, rows) })),
    ];
    return { columns, scores: this.#scores.slice(0, rows), failed: this.#failed };
  }

  #numberColumn(name: string): Float64Array {
    const column = this.#numbers.get(name) ?? new Float64Array(this.#rows).fill(Number.NaN);
    this.#numbers.set(name, column);
    return column;
  }

  #stringColumn(name: string): (string | null)[] {
    const column = this.#strings.get(name) ?? Array.from<string | null>({ length: this.#rows }).fill(null);
    this.#strings.set(name, column);
    return column;
  }
}
