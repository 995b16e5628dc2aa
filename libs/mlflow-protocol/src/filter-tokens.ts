import { invalidParameter } from './mlflow-error.ts';

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'string'; readonly value: string; readonly quote: "'" | '"'; readonly at: number }
  | { readonly kind: 'quoted-name'; readonly text: string; readonly at: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly at: number };

const symbols = ['!=', '==', '>=', '<=', '<>', '~=', '~', '=', '>', '<', '(', ')', ',', '.', ';'] as const;
const wordPattern = /[\p{L}_][\p{L}\p{N}_\-/:]*/uy;
/** After a dot a name may begin with a digit: `metrics.2`, `params.1st`. */
const keyPattern = /[\p{L}\p{N}_][\p{L}\p{N}_\-/:]*/uy;
const numberPattern = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_])/uy;
const spacePattern = /\s+/y;

/** The words of a filter or an order. A doubled or back-slashed quote stands for itself inside quotes. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let previousEnd = -1;
  while (at < source.length) {
    const space = match(spacePattern, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const { token, end } = tokenAt(source, at, { previous: tokens.at(-1), isAdjacent: previousEnd === at });
    tokens.push(token);
    at = end;
    previousEnd = end;
  }
  return tokens;
}

/** What stands directly before: only there is a dot one of a name, and a digit the begin of one. */
interface Before {
  readonly previous: Token | undefined;
  readonly isAdjacent: boolean;
}

function tokenAt(source: string, at: number, { previous, isAdjacent }: Before): { token: Token; end: number } {
  const character = source[at] ?? '';
  if (character === "'" || character === '"' || character === '`') {
    const { value, end } = quoted(source, at, character);
    const token: Token =
      character === '`' ? { kind: 'quoted-name', text: value, at } : { kind: 'string', value, quote: character, at };
    return { token, end };
  }
  const followsName = isAdjacent && previous !== undefined && previous.kind !== 'symbol';
  const followsDot = isAdjacent && previous?.kind === 'symbol' && previous.text === '.';
  if (!followsDot && !(followsName && character === '.')) {
    const number = match(numberPattern, source, at);
    if (number !== undefined) return { token: { kind: 'number', value: Number(number), at }, end: at + number.length };
  }
  const word = match(followsDot ? keyPattern : wordPattern, source, at);
  if (word !== undefined) return { token: { kind: 'word', text: word, at }, end: at + word.length };
  const symbol = symbols.find((candidate) => source.startsWith(candidate, at));
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, at }, end: at + symbol.length };
  throw invalidParameter(
    `Invalid clause(s) in filter string: '${source.slice(at, at + 60)}': '${character}' at position ${at} belongs to no clause`,
  );
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
  throw invalidParameter(
    `Invalid clause(s) in filter string: '${source.slice(start, start + 60)}': the quote at position ${start} is not closed`,
  );
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
