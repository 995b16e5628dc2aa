import { tokenize, type Token } from './filter-tokens.ts';
import { invalidParameter } from './mlflow-error.ts';

const comparators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'LIKE',
  'ILIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
] as const;
export type Comparator = (typeof comparators)[number];

/** `metrics.auc > 0.9` is `{ entity: 'metrics', key: 'auc', comparator: '>', value: 0.9 }`; a bare key has no entity. */
export interface Clause {
  readonly entity: string | null;
  readonly key: string;
  readonly comparator: Comparator;
  /** Absent for IS NULL and IS NOT NULL, a list for IN and NOT IN. */
  readonly value: string | number | readonly string[] | null;
}

const maxFilterLength = 20_000;

/** `clause (AND clause)*` of MLflow's search; an empty filter has no clauses. */
export function parseFilter(filter: string | undefined): Clause[] {
  const source = filter ?? '';
  if (source.length > maxFilterLength)
    throw invalidParameter(`Invalid filter: it is longer than ${maxFilterLength} characters`);
  const cursor = new Cursor(source);
  const clauses: Clause[] = [];
  if (cursor.done) return clauses;
  for (;;) {
    clauses.push(readClause(cursor));
    if (cursor.done) return clauses;
    const joint = cursor.next();
    if (joint.kind !== 'word' || joint.text.toUpperCase() !== 'AND') {
      throw cursor.invalid(`clauses are joined by AND only, and not by ${cursor.textOf(joint)}`);
    }
  }
}

function readClause(cursor: Cursor): Clause {
  const { entity, key } = readIdentifier(cursor);
  const comparator = readComparator(cursor);
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { entity, key, comparator, value: null };
  if (comparator === 'IN' || comparator === 'NOT IN') return { entity, key, comparator, value: readList(cursor) };
  const value = cursor.next();
  if (value.kind === 'string' || value.kind === 'number') return { entity, key, comparator, value: value.value };
  throw cursor.invalid(`a value is expected and not ${cursor.textOf(value)}: strings are quoted`);
}

/** Split at the first dot; keys with odd characters stand in back-ticks or double quotes; further dots belong to the key. */
export function readIdentifier(cursor: Cursor): { entity: string | null; key: string } {
  let first = readName(cursor);
  if (!cursor.takes('.')) return { entity: null, key: first };
  const parts = [readName(cursor)];
  while (cursor.takes('.')) parts.push(readName(cursor));
  first = first.toLowerCase();
  return { entity: first, key: parts.join('.') };
}

function readName(cursor: Cursor): string {
  const token = cursor.next();
  if (token.kind === 'word' || token.kind === 'quoted-name') return token.text;
  if (token.kind === 'string' && token.quote === '"') return token.value;
  // metrics.2 and params.1st: a key may start with a digit
  if (token.kind === 'number') return cursor.textOf(token);
  throw cursor.invalid(`a name is expected and not ${cursor.textOf(token)}`);
}

function readComparator(cursor: Cursor): Comparator {
  const token = cursor.next();
  if (token.kind === 'symbol' && (comparators as readonly string[]).includes(token.text))
    return token.text as Comparator;
  if (token.kind === 'word') {
    const word = token.text.toUpperCase();
    if (word === 'LIKE' || word === 'ILIKE' || word === 'IN') return word;
    if (word === 'NOT' && cursor.takesWord('IN')) return 'NOT IN';
    if (word === 'IS') {
      if (cursor.takesWord('NULL')) return 'IS NULL';
      if (cursor.takesWord('NOT') && cursor.takesWord('NULL')) return 'IS NOT NULL';
    }
  }
  throw cursor.invalid(`a comparator is expected and not ${cursor.textOf(token)}`);
}

function readList(cursor: Cursor): string[] {
  if (!cursor.takes('(')) throw cursor.invalid('a list in brackets is expected');
  const values: string[] = [];
  do {
    const token = cursor.next();
    if (token.kind !== 'string') throw cursor.invalid(`a quoted string is expected and not ${cursor.textOf(token)}`);
    values.push(token.value);
  } while (cursor.takes(','));
  if (!cursor.takes(')')) throw cursor.invalid('the list is not closed');
  return values;
}

/** Goes through the tokens of one text, and words what is wrong with it. */
export class Cursor {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenize(source);
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.invalid('it ends too early');
    this.#at += 1;
    return token;
  }

  takes(symbol: string): boolean {
    return this.#takes((token) => token.kind === 'symbol' && token.text === symbol);
  }

  takesWord(word: string): boolean {
    return this.#takes((token) => token.kind === 'word' && token.text.toUpperCase() === word);
  }

  /** The token as it stands in the text. */
  textOf(token: Token): string {
    const following = this.#tokens[this.#tokens.indexOf(token) + 1];
    return this.#source.slice(token.at, following?.at ?? this.#source.length).trim();
  }

  invalid(reason: string): Error {
    return invalidParameter(
      `Invalid clause(s) in filter string: ${JSON.stringify(this.#source.slice(0, 200))}: ${reason}`,
    );
  }

  #takes(is: (token: Token) => boolean): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || !is(token)) return false;
    this.#at += 1;
    return true;
  }
}
