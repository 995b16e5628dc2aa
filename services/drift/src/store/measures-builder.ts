import type { WindowMeasures } from '../flow/ports.ts';

/** What is measured of one prediction, as ClickHouse gives it. */
export interface MeasuredRow {
  readonly score: number | null;
  readonly label: number | null;
  readonly scoring_ms: number;
  readonly end_to_end_ms: number;
  readonly model_version: string;
  readonly failed: boolean;
}

/** Turns rows, however many there are, into columns. */
export class MeasuresBuilder {
  readonly #scores: number[] = [];
  readonly #labels: number[] = [];
  readonly #scoringMs: number[] = [];
  readonly #endToEndMs: number[] = [];
  readonly #failed: boolean[] = [];
  readonly #modelVersions = new Map<string, number>();

  add(row: MeasuredRow): void {
    this.#scores.push(row.failed ? Number.NaN : (row.score ?? Number.NaN));
    this.#labels.push(row.label ?? Number.NaN);
    this.#scoringMs.push(row.scoring_ms);
    this.#endToEndMs.push(row.end_to_end_ms);
    this.#failed.push(row.failed);
    this.#modelVersions.set(row.model_version, (this.#modelVersions.get(row.model_version) ?? 0) + 1);
  }

  build(): WindowMeasures {
    return {
      scores: Float64Array.from(this.#scores),
      labels: Float64Array.from(this.#labels),
      scoringMs: Float64Array.from(this.#scoringMs),
      endToEndMs: Float64Array.from(this.#endToEndMs),
      failed: this.#failed,
      modelVersions: Object.fromEntries(this.#modelVersions),
    };
  }
}
