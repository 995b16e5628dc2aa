import { tokenize, type Token } from './filter-tokens.ts';
import { invalidParameter } from './mlflow-error.ts';

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

  get peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token {
    const token = this.peek;
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
    return invalidParameter(`Invalid clause(s) in filter string: '${this.#source.slice(0, 200)}': ${reason}`);
  }

  #takes(is: (token: Token) => boolean): boolean {
    const token = this.peek;
    if (token === undefined || !is(token)) return false;
    this.#at += 1;
    return true;
  }
}
