import { ClientError } from '../client-error.ts';

/** Columns that the options name. Rows of JSON lines may lack them, but one of them must have it. */
export class RequiredColumns {
  readonly #missing: Set<string>;
  readonly #seen = new Set<string>();

  constructor(names: readonly (string | undefined)[]) {
    this.#missing = new Set(names.filter((name) => name !== undefined));
  }

  get allSeen(): boolean {
    return this.#missing.size === 0;
  }

  see(columns: readonly string[]): void {
    for (const name of columns) {
      this.#seen.add(name);
      this.#missing.delete(name);
    }
  }

  /** Call it when all columns have been seen. */
  check(): void {
    const [missing] = this.#missing;
    if (missing === undefined || this.#seen.size === 0) return;
    throw new ClientError(
      'CLIENT_COLUMN_UNKNOWN',
      `the file has no column "${missing}": it has ${[...this.#seen].join(', ')}`,
    );
  }
}
