/** What was killed or frozen, how often. */
export class Casualties {
  readonly #counts = new Map<string, number>();

  add(victim: string): void {
    this.#counts.set(victim, (this.#counts.get(victim) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  count(victim: string): number {
    return this.#counts.get(victim) ?? 0;
  }

  table(): string[] {
    return [...this.#counts]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([victim, count]) => `  ${victim.padEnd(44)}${String(count).padStart(5)}`);
  }
}
