import { expect, test } from 'vitest';
import { guessDelimiter } from './guess-delimiter.ts';

test.each([
  ['a,b,c', ','],
  ['a;b;c', ';'],
  ['a\tb', '\t'],
  ['a|b', '|'],
  ['id', ','],
  ['"last, first";id', ';'],
  ['"a;b;c",d', ','],
])('%j is separated by %j', (line, delimiter) => {
  expect(guessDelimiter(line)).toBe(delimiter);
});
