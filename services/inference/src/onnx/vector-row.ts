/** What a model is given of one vector: numbers with NaN for a missing one, strings with null for a missing one. */
export interface VectorRow {
  readonly numbers: readonly number[];
  readonly strings: readonly (string | null)[];
}
