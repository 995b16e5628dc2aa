import { invalidParameter } from './mlflow-error.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly quote: "'" | '"'; readonly at: number }
  | { readonly kind: 'quoted-name'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number };

const symbols = ['!=', '>=', '<=', '=', '>', '<', '(', ')', ',', '.'] as const;
const wordPattern = /[\p{L}_][\p{L}\p{N}_\-/:]*/uy;
const numberPattern = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy;
const spacePattern = /\s+/y;

/** The words of a filter or an order. A doubled or back-slashed quote stands for itself inside quotes. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const space = match(spacePattern, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const { token, end } = tokenAt(source, at);
    tokens.push(token);
    at = end;
  }
  return tokens;
}

function tokenAt(source: string, at: number): { token: Token; end: number } {
  const character = source[at] ?? '';
  if (character === "'" || character === '"' || character === '`') {
    const { value, end } = quoted(source, at, character);
    const token: Token =
      character === '`' ? { kind: 'quoted-name', text: value, at } : { kind: 'string', value, quote: character, at };
    return { token, end };
  }
  const number = match(numberPattern, source, at);
  if (number !== undefined) return { token: { kind: 'number', value: Number(number), at }, end: at + number.length };
  const word = match(wordPattern, source, at);
  if (word !== undefined) return { token: { kind: 'word', text: word, at }, end: at + word.length };
  const symbol = symbols.find((candidate) => source.startsWith(candidate, at));
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, at }, end: at + symbol.length };
  throw invalidParameter(`Invalid filter: '${character}' at position ${at} of ${JSON.stringify(source)}`);
}

function quoted(source: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === '\\' && source[at + 1] === quote) {
      value += quote;
      at += 1;
    } else if (character !== quote) {
      value += character;
    } else if (source[at + 1] === quote) {
      value += quote;
      at += 1;
    } else {
      return { value, end: at + 1 };
    }
  }
  throw invalidParameter(`Invalid filter: the quote at position ${start} of ${JSON.stringify(source)} is not closed`);
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
