import { Cursor } from './filter-cursor.ts';
import type { Token } from './filter-tokens.ts';
import { invalidParameter } from './mlflow-error.ts';
import { comparators, type Clause, type Comparator, type Expression } from './search-expression.ts';

const maxFilterLength = 20_000;
/** Brackets and NOTs within each other: more than anybody writes, and few enough for the stack. */
const maxDepth = 100;

/**
 * A filter of MLflow's search as a tree. MLflow joins clauses by AND only; OR, NOT and brackets are ours: NOT binds
 * closer than AND, and AND closer than OR. Which keys there are and how they may be compared is for the search to say.
 */
export function parseExpression(filter: string | undefined): Expression {
  const source = filter ?? '';
  if (source.length > maxFilterLength)
    throw invalidParameter(`Invalid filter: it is longer than ${maxFilterLength} characters`);
  const cursor = new Cursor(source);
  if (cursor.done) return { kind: 'and', terms: [] };
  const expression = readJoined(cursor, 'or', 0);
  const rest = cursor.peek;
  if (rest === undefined) return expression;
  if (cursor.takes(';') && !cursor.done) {
    throw invalidParameter(
      `Search filter contained multiple expression '${source.slice(0, 200)}'. Provide AND-ed expression list.`,
    );
  }
  throw cursor.invalid(`clauses are joined by AND or OR, and not by ${cursor.textOf(rest)}`);
}

/** For a search that knows a list of clauses only, all of which must hold. */
function clausesOf(expression: Expression): Clause[] {
  if (expression.kind === 'comparison') return [expression.clause];
  if (expression.kind === 'and') return expression.terms.flatMap(clausesOf);
  throw invalidParameter('Invalid clause(s) in filter string: this search joins clauses by AND only');
}

/** The clauses of a filter that has no OR and no NOT, and texts only in its lists. */
export function parseFilter(filter: string | undefined): Clause[] {
  const clauses = clausesOf(parseExpression(filter));
  for (const { value } of clauses) {
    if (Array.isArray(value) && value.some((one: unknown) => typeof one !== 'string')) throw notTexts(value);
  }
  return clauses;
}

/** For a list of a field that holds text. */
export function notTexts(list: readonly (string | number)[]): Error {
  return invalidParameter(
    `While parsing a list in the query, expected string value, punctuation, or whitespace, but got different type in list: (${list.map((one) => JSON.stringify(one)).join(', ')})`,
  );
}

function readJoined(cursor: Cursor, kind: 'and' | 'or', depth: number): Expression {
  const readTerm = (): Expression => (kind === 'or' ? readJoined(cursor, 'and', depth) : readTermOf(cursor, depth));
  const first = readTerm();
  const terms = [first];
  while (cursor.takesWord(kind.toUpperCase())) terms.push(readTerm());
  return terms.length === 1 ? first : { kind, terms };
}

function readTermOf(cursor: Cursor, depth: number): Expression {
  if (depth > maxDepth) throw cursor.invalid(`brackets and NOT are nested more than ${maxDepth} deep`);
  if (cursor.takesWord('NOT')) return { kind: 'not', term: readTermOf(cursor, depth + 1) };
  if (!cursor.takes('(')) return { kind: 'comparison', clause: readClause(cursor) };
  const inner = readJoined(cursor, 'or', depth + 1);
  if (!cursor.takes(')')) throw cursor.invalid('a bracket is not closed');
  return inner;
}

function readClause(cursor: Cursor): Clause {
  const first = cursor.peek;
  if (first?.kind === 'number' || (first?.kind === 'string' && first.quote === "'")) {
    throw invalidParameter(`Invalid comparison clause. Expected 'Identifier' found '${cursor.textOf(first)}'`);
  }
  const { entity, key } = readIdentifier(cursor);
  const comparator = readComparator(cursor);
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { entity, key, comparator, value: null };
  if (comparator === 'IN' || comparator === 'NOT IN') return { entity, key, comparator, value: readList(cursor) };
  return { entity, key, comparator, value: readValue(cursor, entity) };
}

/** Split at the first dot; keys with odd characters stand in back-ticks or quotes; further dots belong to the key. */
export function readIdentifier(cursor: Cursor): { entity: string | null; key: string } {
  const first = readName(cursor);
  if (!cursor.takes('.')) return { entity: null, key: first };
  const parts = [readKey(cursor)];
  while (cursor.takes('.')) parts.push(readKey(cursor));
  return { entity: first.toLowerCase(), key: parts.join('.') };
}

function readName(cursor: Cursor): string {
  const token = cursor.next();
  if (token.kind === 'word' || token.kind === 'quoted-name') return token.text;
  if (token.kind === 'string' && token.quote === '"') return token.value;
  throw cursor.invalid(`a name is expected and not ${cursor.textOf(token)}`);
}

function readKey(cursor: Cursor): string {
  const token = cursor.peek;
  if (token?.kind !== 'string') return readName(cursor);
  cursor.next();
  return token.value;
}

function readComparator(cursor: Cursor): Comparator {
  const token = cursor.next();
  if (token.kind === 'symbol') {
    if (isComparator(token.text)) return token.text;
    if (/^[=~<>]/.test(token.text)) throw invalidComparator(token.text, comparators);
  }
  if (token.kind === 'word') {
    const word = token.text.toUpperCase();
    if (isComparator(word)) return word;
    if (word === 'NOT' && cursor.takesWord('IN')) return 'NOT IN';
    if (word === 'IS') {
      if (cursor.takesWord('NULL')) return 'IS NULL';
      if (cursor.takesWord('NOT') && cursor.takesWord('NULL')) return 'IS NOT NULL';
    }
  }
  throw cursor.invalid(`a comparator is expected and not ${cursor.textOf(token)}`);
}

function isComparator(text: string): text is Comparator {
  return (comparators as readonly string[]).includes(text);
}

export function invalidComparator(comparator: string, allowed: readonly string[]): Error {
  return invalidParameter(`Invalid comparator '${comparator}' not one of '${allowed.join("', '")}'`);
}

function readValue(cursor: Cursor, entity: string | null): string | number {
  const token = cursor.next();
  if (token.kind === 'string' || token.kind === 'number') return token.value;
  if (token.kind === 'symbol') throw cursor.invalid(`a value is expected and not ${cursor.textOf(token)}`);
  const found = cursor.textOf(token);
  if (entity === 'metric' || entity === 'metrics') throw notNumeric('metric', found);
  throw invalidParameter(
    `Parameter value is either not quoted or unidentified quote types used for string value ${found}. Use either single or double quotes.`,
  );
}

export function notNumeric(what: string, found: string): Error {
  return invalidParameter(`Expected numeric value type for ${what}. Found ${found}`);
}

function readList(cursor: Cursor): (string | number)[] {
  if (!cursor.takes('(')) throw cursor.invalid('a list in brackets is expected');
  if (cursor.takes(')')) throw invalidList('empty list');
  const values: (string | number)[] = [];
  do {
    // as in Python, a comma may stand behind the last one
    if (values.length > 0 && cursor.takes(')')) return values;
    values.push(listedValue(cursor.done ? undefined : cursor.next()));
  } while (cursor.takes(','));
  if (!cursor.takes(')')) throw invalidList('ill-formed list.');
  return values;
}

function listedValue(token: Token | undefined): string | number {
  if (token?.kind === 'string' || token?.kind === 'number') return token.value;
  throw invalidList('ill-formed list.');
}

function invalidList(found: string): Error {
  return invalidParameter(
    `While parsing a list in the query, expected a non-empty list of string values, but got ${found}`,
  );
}
