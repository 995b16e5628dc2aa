/** Counts what a proof has shown; prints each finding as it comes and the counted line at the end. */
export class ProofReport {
  readonly #print: (line: string) => void;
  readonly #failures: string[] = [];
  #passed = 0;

  constructor(print: (line: string) => void = (line) => console.log(line)) {
    this.#print = print;
  }

  get passed(): number {
    return this.#passed;
  }

  /** What did not hold, in words. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Progress; shows nothing. */
  say(line: string): void {
    this.#print(line);
  }

  check(holds: boolean, claim: string, detail = ''): void {
    const line = detail === '' ? claim : `${claim}: ${detail}`;
    this.#print(`${holds ? 'ok  ' : 'FAIL'} ${line}`);
    if (holds) this.#passed += 1;
    else this.#failures.push(line);
  }

  /** The claim that a number is what it must be. */
  equal(actual: number, expected: number, claim: string): void {
    this.check(actual === expected, claim, actual === expected ? `${actual}` : `${actual}, expected ${expected}`);
  }

  closingLine(): string {
    return `${this.#passed} passed, ${this.#failures.length} failed`;
  }
}
