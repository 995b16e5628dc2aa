/** Rows of a page. A column has pages only where some row has a value, so that rare keys cost little. */
const pageBits = 7;
const pageRows = 1 << pageBits;
const rowInPage = pageRows - 1;
/** What an array takes beside its values, about. */
const arrayBytes = 200;

/** Told how much memory was taken. */
export type Grown = (bytes: number) => void;

/** Texts, each held once, under a number. Number 0 stands for none. */
export class TextDictionary {
  readonly #texts: string[] = [''];
  readonly #codes = new Map<string, number>();
  /** By code, NaN where it was not asked for: made for the first order by a number. */
  #numbers = new Float64Array(0);
  readonly #grown: Grown;

  constructor(grown: Grown) {
    this.#grown = grown;
  }

  get size(): number {
    return this.#texts.length;
  }

  codeOf(text: string): number {
    return this.#codes.get(text) ?? -1;
  }

  textOf(code: number): string {
    return this.#texts[code] ?? '';
  }

  /** The text as a number, which an order asks for again and again; NaN where it is none. */
  numberOf(code: number): number {
    if (code >= this.#numbers.length) this.#growNumbers();
    const known = this.#numbers[code] ?? Number.NaN;
    if (!Number.isNaN(known)) return known;
    const number = Number(this.textOf(code));
    this.#numbers[code] = number;
    return number;
  }

  add(text: string): number {
    const held = this.#codes.get(text);
    if (held !== undefined) return held;
    const code = this.#texts.length;
    this.#texts.push(text);
    this.#codes.set(text, code);
    this.#grown(100 + 2 * text.length);
    return code;
  }

  #growNumbers(): void {
    const larger = new Float64Array(Math.ceil(this.size * 1.5)).fill(Number.NaN);
    larger.set(this.#numbers);
    this.#grown(larger.byteLength - this.#numbers.byteLength);
    this.#numbers = larger;
  }
}

/** The text of a row, or none. */
export class TextColumn {
  readonly #pages: (Int32Array | undefined)[] = [];
  readonly #dictionary: TextDictionary;
  readonly #grown: Grown;

  constructor(dictionary: TextDictionary, grown: Grown) {
    this.#dictionary = dictionary;
    this.#grown = grown;
    grown(arrayBytes);
  }

  /** 0 where the row has none. */
  code(row: number): number {
    return this.#pages[row >> pageBits]?.[row & rowInPage] ?? 0;
  }

  get(row: number): string | undefined {
    const code = this.code(row);
    return code === 0 ? undefined : this.#dictionary.textOf(code);
  }

  set(row: number, text: string): void {
    const index = row >> pageBits;
    let page = this.#pages[index];
    if (page === undefined) {
      page = new Int32Array(pageRows);
      this.#pages[index] = page;
      this.#grown(page.byteLength + arrayBytes);
    }
    page[row & rowInPage] = this.#dictionary.add(text);
  }

  remove(row: number): void {
    const page = this.#pages[row >> pageBits];
    if (page !== undefined) page[row & rowInPage] = 0;
  }
}

/** The latest point of a metric of a row, or none. */
export class MetricColumn {
  /** Values, then steps, then times; a row without a point has the step NaN, which no point has. */
  readonly #pages: (Float64Array | undefined)[] = [];
  readonly #grown: Grown;

  constructor(grown: Grown) {
    this.#grown = grown;
    grown(arrayBytes);
  }

  has(row: number): boolean {
    return !Number.isNaN(this.step(row));
  }

  /** NaN where the row has none, and where NaN is its value. */
  value(row: number): number {
    return this.#pages[row >> pageBits]?.[row & rowInPage] ?? Number.NaN;
  }

  step(row: number): number {
    return this.#pages[row >> pageBits]?.[pageRows + (row & rowInPage)] ?? Number.NaN;
  }

  timestampMs(row: number): number {
    return this.#pages[row >> pageBits]?.[2 * pageRows + (row & rowInPage)] ?? Number.NaN;
  }

  /** Keeps the point that counts: highest step, then time, then value, NaN the least. Says whether it is this one. */
  offer(row: number, point: { readonly value: number; readonly step: number; readonly timestampMs: number }): boolean {
    const index = row >> pageBits;
    let page = this.#pages[index];
    if (page === undefined) {
      page = new Float64Array(3 * pageRows).fill(Number.NaN);
      this.#pages[index] = page;
      this.#grown(page.byteLength + arrayBytes);
    }
    if (this.has(row) && !this.#isNewer(row, point)) return false;
    const at = row & rowInPage;
    page[at] = point.value;
    page[pageRows + at] = point.step;
    page[2 * pageRows + at] = point.timestampMs;
    return true;
  }

  #isNewer(
    row: number,
    point: { readonly value: number; readonly step: number; readonly timestampMs: number },
  ): boolean {
    const step = this.step(row);
    if (point.step !== step) return point.step > step;
    const timestampMs = this.timestampMs(row);
    if (point.timestampMs !== timestampMs) return point.timestampMs > timestampMs;
    const value = this.value(row);
    return Number.isNaN(value) ? !Number.isNaN(point.value) : point.value > value;
  }
}
