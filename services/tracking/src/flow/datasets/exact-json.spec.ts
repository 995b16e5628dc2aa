import { describe, expect, it } from 'vitest';
import { canonicalJson, ExactJsonError, readExactJson, writeExactJson } from './exact-json.ts';

const again = (text: string): string => writeExactJson(readExactJson(text));

describe('a document', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-0', '0'],
    ['1.0', '1.0'],
    ['1.50', '1.5'],
    ['1e2', '100.0'],
    ['-0.0', '-0.0'],
    ['NaN', 'NaN'],
    ['-Infinity', '-Infinity'],
    ['"\\ud800 \\u00e9"', '"\\ud800 é"'],
    [' {"b":1, "a":[true,null,"x"]} ', '{"b": 1, "a": [true, null, "x"]}'],
    ['{"a": 1, "a": 2}', '{"a": 2}'],
    ['{"__proto__": {"x": 1}}', '{"__proto__": {"x": 1}}'],
    ['[]', '[]'],
    ['{}', '{}'],
  ])('%s comes back as %s', (text, written) => {
    expect(again(text)).toBe(written);
  });

  it.each([
    '',
    '{',
    '[1,]',
    '{"a" 1}',
    '{a: 1}',
    '{"a": 1,}',
    '01',
    '1 2',
    'nan',
    '"\n"',
    '"\\x"',
    ']',
    '['.repeat(100_000),
    `[${'9'.repeat(5000)}]`,
  ])('%j is none', (text) => {
    expect(() => readExactJson(text)).toThrow(ExactJsonError);
  });

  it('has one canonical form, whatever the order of its keys, and another one for another kind of number', () => {
    const canonical = (text: string): string => canonicalJson(readExactJson(text));
    expect(canonical('{"b": {"d": 1, "c": [2, 1]}, "a": 1e0}')).toBe('{"a": 1.0, "b": {"c": [2, 1], "d": 1}}');
    expect(canonical('{"a": 1}')).not.toBe(canonical('{"a": 1.0}'));
  });
});
