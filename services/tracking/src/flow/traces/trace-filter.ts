import {
  comparators,
  invalidParameter,
  type Clause,
  type Comparator,
  type Expression,
} from '@millrace/mlflow-protocol';

/** `span.type = 'LLM'` is `{ entity: 'span', key: 'type', comparator: '=', value: 'LLM' }`; lists hold texts only. */
export interface TraceClause extends Clause {
  readonly value: string | number | readonly string[] | null;
}

/** The tree that all of MLflow's searches have. */
export type TraceFilter<C = TraceClause> = Expression<C>;

const maxFilterLength = 20_000;
const maxNesting = 100;

/** MLflow's filter of traces, and beyond it OR, NOT and brackets. An empty filter holds for every trace: `and` of nothing. */
export function parseTraceFilter(source: string): TraceFilter {
  if (source.length > maxFilterLength)
    throw invalidParameter(`Invalid filter: it is longer than ${maxFilterLength} characters`);
  const parser = new Parser(source);
  return parser.done ? { kind: 'and', terms: [] } : parser.whole();
}

/** `["timestamp_ms DESC", "tags.team"]`; ascending unless said otherwise. */
export function parseTraceOrder(text: string): {
  readonly entity: string | null;
  readonly key: string;
  readonly descending: boolean;
} {
  return new Parser(text).order();
}

interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'name' | 'symbol';
  readonly text: string;
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_]))|(?<word>[\p{L}\p{N}_][\p{L}\p{N}_\-/:]*)|(?<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<name>`[^`]*`)|(?<symbol>!=|>=|<=|[=<>(),.]))/uy;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  let at = 0;
  while (at < text.length) {
    tokenPattern.lastIndex = at;
    const groups = tokenPattern.exec(text)?.groups;
    if (groups === undefined) {
      const wrong = at + text.slice(at).search(/\S/);
      throw invalidParameter(
        `Invalid filter: ${JSON.stringify(text[wrong])} at position ${wrong} of ${JSON.stringify(source)}`,
      );
    }
    tokens.push(tokenOf(groups, at));
    at = tokenPattern.lastIndex;
  }
  return tokens;
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, at: number): Token {
  if (groups['number'] !== undefined) return { kind: 'number', text: groups['number'], at };
  if (groups['word'] !== undefined) return { kind: 'word', text: groups['word'], at };
  if (groups['name'] !== undefined) return { kind: 'name', text: groups['name'].slice(1, -1), at };
  if (groups['symbol'] !== undefined) return { kind: 'symbol', text: groups['symbol'], at };
  const quoted = groups['quoted'] ?? '';
  const quote = quoted.charAt(0);
  return { kind: 'text', text: quoted.slice(1, -1).replaceAll(quote + quote, quote), at };
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokenize(source);
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  whole(): TraceFilter {
    const filter = this.#or();
    if (!this.done) throw this.#invalid(`AND or OR is expected and not ${this.#next().text}`);
    return filter;
  }

  order(): { entity: string | null; key: string; descending: boolean } {
    if (this.done) throw this.#invalid('it is empty');
    const field = this.#field();
    const descending = this.#takesWord('DESC');
    if (!descending) this.#takesWord('ASC');
    if (!this.done) throw this.#invalid(`ASC or DESC is expected and not ${this.#next().text}`);
    return { ...field, descending };
  }

  #or(): TraceFilter {
    const terms = [this.#and()];
    while (this.#takesWord('OR')) terms.push(this.#and());
    return terms.length === 1 && terms[0] !== undefined ? terms[0] : { kind: 'or', terms };
  }

  #and(): TraceFilter {
    const terms = [this.#unary()];
    while (this.#takesWord('AND')) terms.push(this.#unary());
    return terms.length === 1 && terms[0] !== undefined ? terms[0] : { kind: 'and', terms };
  }

  #unary(): TraceFilter {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw this.#invalid(`it is nested deeper than ${maxNesting}`);
    try {
      if (this.#takesWord('NOT')) return { kind: 'not', term: this.#unary() };
      if (!this.#takes('(')) return { kind: 'comparison', clause: this.#clause() };
      const inner = this.#or();
      if (!this.#takes(')')) throw this.#invalid('a bracket is not closed');
      return inner;
    } finally {
      this.#depth -= 1;
    }
  }

  #clause(): TraceClause {
    const field = this.#field();
    const comparator = this.#comparator();
    if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') return { ...field, comparator, value: null };
    if (comparator === 'IN' || comparator === 'NOT IN') return { ...field, comparator, value: this.#list() };
    const value = this.#next();
    if (value.kind === 'text') return { ...field, comparator, value: value.text };
    if (value.kind === 'number') return { ...field, comparator, value: Number(value.text) };
    throw this.#invalid(`a value is expected and not ${value.text}: texts are quoted`);
  }

  /** Split at the first dot; further dots belong to the key. */
  #field(): { entity: string | null; key: string } {
    const first = this.#name();
    if (!this.#takes('.')) return { entity: null, key: first };
    const parts = [this.#name()];
    while (this.#takes('.')) parts.push(this.#name());
    return { entity: first, key: parts.join('.') };
  }

  #name(): string {
    const token = this.#next();
    if (token.kind !== 'symbol') return token.text;
    throw this.#invalid(`a name is expected and not ${token.text}`);
  }

  #comparator(): Comparator {
    const token = this.#next();
    const word = token.text.toUpperCase();
    if (token.kind === 'word' && word === 'NOT' && this.#takesWord('IN')) return 'NOT IN';
    if (token.kind === 'word' && word === 'IS') {
      if (this.#takesWord('NULL')) return 'IS NULL';
      if (this.#takesWord('NOT') && this.#takesWord('NULL')) return 'IS NOT NULL';
    }
    const known = comparators.find((one) => one === word);
    if (known !== undefined && token.kind !== 'text' && token.kind !== 'name') return known;
    throw this.#invalid(`a comparator is expected and not ${token.text}`);
  }

  #list(): string[] {
    if (!this.#takes('(')) throw this.#invalid('a list in brackets is expected');
    const values: string[] = [];
    do {
      const token = this.#next();
      if (token.kind !== 'text') throw this.#invalid(`a quoted text is expected and not ${token.text}`);
      values.push(token.text);
    } while (this.#takes(','));
    if (!this.#takes(')')) throw this.#invalid('the list is not closed');
    return values;
  }

  #next(): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#invalid('it ends too early');
    this.#at += 1;
    return token;
  }

  #takes(symbol: string): boolean {
    return this.#takesIf((token) => token.kind === 'symbol' && token.text === symbol);
  }

  #takesWord(word: string): boolean {
    return this.#takesIf((token) => token.kind === 'word' && token.text.toUpperCase() === word);
  }

  #takesIf(is: (token: Token) => boolean): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || !is(token)) return false;
    this.#at += 1;
    return true;
  }

  #invalid(reason: string): Error {
    return invalidParameter(
      `Invalid clause(s) in filter string: ${JSON.stringify(this.#source.slice(0, 200))}: ${reason}`,
    );
  }
}
