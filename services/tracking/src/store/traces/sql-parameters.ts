/** Collects values on their way into a statement, and gives each a name there. */
export class SqlParameters {
  readonly values: Record<string, unknown>;
  #count = 0;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = { ...values };
  }

  text(value: unknown): string {
    return this.#add('String', String(value));
  }

  texts(values: readonly string[]): string {
    return this.#add('Array(String)', values);
  }

  number(value: unknown): string {
    return this.#add('Float64', Number(value));
  }

  integer(value: number): string {
    return this.#add('Int64', value);
  }

  #add(type: string, value: unknown): string {
    const name = `p${this.#count}`;
    this.#count += 1;
    this.values[name] = value;
    return `{${name}:${type}}`;
  }
}
