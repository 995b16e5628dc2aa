/**
 * A JSON document that keeps what JavaScript's numbers lose: whole numbers of any length, the difference between 1 and
 * 1.0, and Python's NaN and Infinity. An object is a map, so that no key of it is special.
 */
export type ExactJson = null | boolean | string | ExactNumber | readonly ExactJson[] | ExactObject;
export type ExactObject = ReadonlyMap<string, ExactJson>;

/** A number in the form in which Python writes it. */
export class ExactNumber {
  readonly text: string;
  readonly isWhole: boolean;

  constructor(text: string) {
    this.isWhole = /^-?\d+$/.test(text);
    this.text = this.isWhole ? wholeText(text) : floatText(Number(text));
  }
}

/** Says at which character a document is not JSON. */
export class ExactJsonError extends Error {
  override readonly name = 'ExactJsonError';
}

/** Deeper than anybody nests, and few enough for the stack. */
const maxDepth = 200;
/** As many digits as Python reads of a whole number. */
const maxDigits = 4300;

export function readExactJson(source: string): ExactJson {
  const reader = new Reader(source);
  const value = reader.value(0);
  reader.end();
  return value;
}

export function writeExactJson(value: ExactJson): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (value instanceof ExactNumber) return value.text;
  if (isExactObject(value)) {
    const members = Array.from(value, ([key, member]) => `${JSON.stringify(key)}: ${writeExactJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return `[${value.map(writeExactJson).join(', ')}]`;
}

/** The same for equal documents, in whatever order their keys come. */
export function canonicalJson(value: ExactJson): string {
  return writeExactJson(sorted(value));
}

export function isExactObject(value: ExactJson | undefined): value is ExactObject {
  return value instanceof Map;
}

function sorted(value: ExactJson): ExactJson {
  if (isExactObject(value)) {
    const members = Array.from(value, ([key, member]): [string, ExactJson] => [key, sorted(member)]);
    return new Map(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return isList(value) ? value.map(sorted) : value;
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}

const token =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?))/suy;

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  value(depth: number): ExactJson {
    if (depth > maxDepth) throw this.#wrong(`it is nested more than ${maxDepth} deep`);
    const [, sign, text, word] = this.#next();
    if (text !== undefined) return this.#text(text);
    if (word !== undefined) return this.#word(word);
    if (sign === '{') return this.#object(depth);
    if (sign === '[') return this.#list(depth);
    throw this.#wrong(`a value is expected and not ${sign}`);
  }

  end(): void {
    if (this.#source.slice(this.#at).trim() !== '') throw this.#wrong('there is more behind the end');
  }

  #object(depth: number): ExactObject {
    const members = new Map<string, ExactJson>();
    if (this.#takes('}')) return members;
    do {
      const [, , key] = this.#next();
      if (key === undefined) throw this.#wrong('a key in double quotes is expected');
      if (!this.#takes(':')) throw this.#wrong('a colon is expected');
      members.set(this.#text(key), this.value(depth + 1));
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#wrong('a comma or a closing bracket is expected');
    return members;
  }

  #list(depth: number): ExactJson[] {
    const values: ExactJson[] = [];
    if (this.#takes(']')) return values;
    do values.push(this.value(depth + 1));
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#wrong('a comma or a closing bracket is expected');
    return values;
  }

  #text(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw this.#wrong('a text holds what JSON does not allow');
    }
  }

  #word(word: string): ExactJson {
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (word.length > maxDigits) throw this.#wrong(`a number has more than ${maxDigits} digits`);
    return new ExactNumber(word);
  }

  #takes(sign: string): boolean {
    const before = this.#at;
    if (this.#match()?.[1] === sign) return true;
    this.#at = before;
    return false;
  }

  #next(): RegExpExecArray {
    const found = this.#match();
    if (found === null) throw this.#wrong('it is no JSON there, or ends too early');
    return found;
  }

  #match(): RegExpExecArray | null {
    token.lastIndex = this.#at;
    const found = token.exec(this.#source);
    if (found !== null) this.#at = token.lastIndex;
    return found;
  }

  #wrong(reason: string): ExactJsonError {
    return new ExactJsonError(`at character ${this.#at}: ${reason}`);
  }
}

/** Python knows no -0 among whole numbers. */
function wholeText(text: string): string {
  return text === '-0' ? '0' : text;
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
