import { ClickHouseFault } from '../errors.ts';

const INTEGERS = {
  UInt8: { bits: 8, signed: false },
  UInt16: { bits: 16, signed: false },
  UInt32: { bits: 32, signed: false },
  UInt64: { bits: 64, signed: false },
  Int8: { bits: 8, signed: true },
  Int16: { bits: 16, signed: true },
  Int32: { bits: 32, signed: true },
  Int64: { bits: 64, signed: true },
} as const;

/** The column types that we write, as a tree. */
export type ColumnType =
  | { readonly kind: 'string' | 'bool' | 'float32' | 'float64' | 'uuid' }
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  /** Ticks of 10^-precision seconds since 1970; values are epoch milliseconds. */
  | { readonly kind: 'datetime64'; readonly precision: number }
  | { readonly kind: 'nullable' | 'array'; readonly of: ColumnType }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'tuple'; readonly items: readonly { readonly name: string | null; readonly type: ColumnType }[] };

/** Reads a type as it stands in DDL and in system.columns; CLICKHOUSE_BAD_TYPE for anything we cannot write. */
export function parseColumnType(text: string): ColumnType {
  const reader = new TypeReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

class TypeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  type(): ColumnType {
    const name = this.#match(/[A-Za-z][A-Za-z0-9]*/y);
    if (name === null) return this.#fail('a type name');
    if (name in INTEGERS) return { kind: 'integer', ...INTEGERS[name as keyof typeof INTEGERS] };
    switch (name) {
      case 'String':
        return { kind: 'string' };
      case 'Bool':
        return { kind: 'bool' };
      case 'Float32':
        return { kind: 'float32' };
      case 'Float64':
        return { kind: 'float64' };
      case 'UUID':
        return { kind: 'uuid' };
      case 'DateTime64':
        return this.#inParentheses(() => this.#dateTime64());
      // On the wire LowCardinality is what it holds.
      case 'LowCardinality':
        return this.#inParentheses(() => this.type());
      case 'Nullable':
        return { kind: 'nullable', of: this.#inParentheses(() => this.type()) };
      case 'Array':
        return { kind: 'array', of: this.#inParentheses(() => this.type()) };
      case 'Map':
        return this.#inParentheses(() => {
          const key = this.type();
          this.#expect(',');
          return { kind: 'map', key, value: this.type() };
        });
      case 'Tuple':
        return { kind: 'tuple', items: this.#inParentheses(() => this.#tupleItems()) };
      default:
        return this.#fail('a type that can be written');
    }
  }

  end(): void {
    this.#match(/\s*/y);
    if (this.#at !== this.#text.length) this.#fail('the end');
  }

  #dateTime64(): ColumnType {
    const precision = Number(this.#match(/[0-9]/y) ?? this.#fail('a precision'));
    if (this.#match(/\s*,\s*/y) !== null && this.#match(/'[A-Za-z0-9_+/-]+'/y) === null) this.#fail('a time zone');
    return { kind: 'datetime64', precision };
  }

  #tupleItems(): { name: string | null; type: ColumnType }[] {
    const items: { name: string | null; type: ColumnType }[] = [];
    do {
      this.#match(/\s*/y);
      const name = this.#match(/(?:`[^`]+`|[A-Za-z_][A-Za-z0-9_]*)(?=\s+[A-Z])/y);
      this.#match(/\s*/y);
      items.push({ name: name === null ? null : name.replaceAll('`', ''), type: this.type() });
    } while (this.#match(/\s*,/y) !== null);
    return items;
  }

  #inParentheses<T>(read: () => T): T {
    this.#expect('(');
    const inner = read();
    this.#expect(')');
    return inner;
  }

  #expect(sign: string): void {
    this.#match(/\s*/y);
    if (this.#text[this.#at] !== sign) this.#fail(`"${sign}"`);
    this.#at += 1;
    this.#match(/\s*/y);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #fail(wanted: string): never {
    throw new ClickHouseFault(
      'CLICKHOUSE_BAD_TYPE',
      `${JSON.stringify(this.#text)}: ${wanted} was expected at character ${this.#at + 1}`,
    );
  }
}
