import { parseDuration } from './duration.ts';
import { memberPath, quote, type Faults } from './faults.ts';

const namePattern = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;
/** Parts with dots between them are fields of nested records. */
export const columnPattern = /^(?=.{1,200}$)[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** Reads the members of one untrusted JSON object; what is wrong is recorded with its path and read as absent. */
export class ObjectReader {
  readonly path: string;
  readonly faults: Faults;
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  constructor(value: unknown, path: string, faults: Faults) {
    this.path = path;
    this.faults = faults;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) faults.add(path, `must be an object, not ${quote(value)}`);
    this.#members = isObject ? { ...value } : {};
  }

  at(key: string): string {
    return memberPath(this.path, key);
  }

  has(key: string): boolean {
    this.#read.add(key);
    return Object.hasOwn(this.#members, key);
  }

  raw(key: string): unknown {
    return this.has(key) ? this.#members[key] : undefined;
  }

  fault(key: string, message: string): undefined {
    this.faults.add(this.at(key), message);
    return undefined;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value.length > 0 && value.length <= 2_000) return value;
    return this.fault(key, `must be a text of 1 to 2000 characters, not ${quote(value)}`);
  }

  name(key: string): string | undefined {
    return this.#matching(key, namePattern, 'a name: a letter, then up to 99 letters, digits, underscores or hyphens');
  }

  column(key: string): string | undefined {
    return this.#matching(
      key,
      columnPattern,
      'the name of a column: letters, digits and underscores, with dots before the fields of nested records',
    );
  }

  version(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
    return this.fault(key, `must be a whole number from 1 on, not ${quote(value)}`);
  }

  duration(key: string, bounds: 'positive' | 'zero-or-more'): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const ms = typeof value === 'string' ? parseDuration(value) : null;
    if (ms === null) {
      return this.fault(
        key,
        `must be a duration such as "30s", "10m", "24h" or "7d" of at most 100 years, not ${quote(value)}`,
      );
    }
    if (ms === 0 && bounds === 'positive') return this.fault(key, 'must be longer than zero');
    return String(value);
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === value);
    return choice ?? this.fault(key, `must be one of ${choices.join(', ')}, not ${quote(value)}`);
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    return Array.isArray(value) ? value : this.fault(key, `must be a list, not ${quote(value)}`);
  }

  /** The value of a member that must be there; absence is a fault, a wrong value has been recorded already. */
  required<T>(key: string, value: T | undefined, fallback: T): T {
    if (value === undefined && !this.has(key)) this.fault(key, 'is missing');
    return value ?? fallback;
  }

  /** Reports members that nobody asked for: mostly misspelt ones. */
  close(): void {
    for (const key of Object.keys(this.#members)) {
      if (!this.#read.has(key)) this.fault(key, `is not known here; known are ${[...this.#read].join(', ')}`);
    }
  }

  #matching(key: string, pattern: RegExp, what: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === 'string' && pattern.test(value)) return value;
    return this.fault(key, `must be ${what}, not ${quote(value)}`);
  }
}
