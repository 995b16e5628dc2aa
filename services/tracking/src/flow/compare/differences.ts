export interface Differences {
  /** What all runs have, with one value. */
  readonly same: Readonly<Record<string, string>>;
  /** A value for each run, in their order; null for a run that has none. */
  readonly differ: Readonly<Record<string, readonly (string | null)[]>>;
}

/** Params or tags of several runs, by whether they differ. */
export function differences(runs: readonly ReadonlyMap<string, string>[]): Differences {
  const keys = [...new Set(runs.flatMap((run) => [...run.keys()]))].sort();
  const same: [string, string][] = [];
  const differ: [string, (string | null)[]][] = [];
  for (const key of keys) {
    const values = runs.map((run) => run.get(key) ?? null);
    const [first] = values;
    if (typeof first === 'string' && values.every((value) => value === first)) same.push([key, first]);
    else differ.push([key, values]);
  }
  // A key may be called as something that every object has.
  return { same: Object.fromEntries(same), differ: Object.fromEntries(differ) };
}
