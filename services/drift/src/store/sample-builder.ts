import type { PredictionSample, SampleColumn } from '../flow/ports.ts';
import type { FeatureNames } from './feature-catalog.ts';

/** One prediction or vector as ClickHouse gives it; NaN comes as null. */
export interface SampleRow {
  readonly numbers: readonly (number | null)[];
  readonly strings: readonly (string | null)[];
  readonly score: number | null;
  readonly label: number | null;
  readonly scoring_ms: number;
  readonly end_to_end_ms: number;
  readonly model_version: string;
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
  readonly #labels: Float64Array;
  readonly #scoringMs: Float64Array;
  readonly #endToEndMs: Float64Array;
  readonly #modelVersions: string[] = [];
  readonly #failed: boolean[] = [];

  constructor(rows: number) {
    const missing = (): Float64Array => new Float64Array(rows).fill(Number.NaN);
    this.#rows = rows;
    this.#scores = missing();
    this.#labels = missing();
    this.#scoringMs = missing();
    this.#endToEndMs = missing();
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
    this.#labels[at] = row.label ?? Number.NaN;
    this.#scoringMs[at] = row.scoring_ms;
    this.#endToEndMs[at] = row.end_to_end_ms;
    this.#modelVersions.push(row.model_version);
    this.#failed.push(row.failed);
  }

  build(): PredictionSample {
    const columns: SampleColumn[] = [
      ...[...this.#numbers].map(([name, values]) => ({ name, kind: 'number' as const, values })),
      ...[...this.#strings].map(([name, values]) => ({ name, kind: 'string' as const, values })),
    ];
    return {
      columns,
      scores: this.#scores,
      labels: this.#labels,
      scoringMs: this.#scoringMs,
      endToEndMs: this.#endToEndMs,
      modelVersions: this.#modelVersions,
      failed: this.#failed,
    };
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
