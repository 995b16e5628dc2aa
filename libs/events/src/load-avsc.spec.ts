import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { avsc } from './load-avsc.ts';

const type = avsc.Type.forSchema({ type: 'array', items: 'string' });
const read = (data: Buffer): unknown => type.fromBuffer(data);

test('strings of every kind read back as written, again and again', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 3 });
  const text = fc.oneof(short, fc.string({ maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
      // Lone surrogates have no UTF-8: what was written is the replacement character.
      const whole = texts.map((one) => one.toWellFormed());
      const data = type.toBuffer(whole);
      expect(read(data)).toEqual(whole);
      expect(read(data)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});

test('a text that is given out once more is the same string', () => {
  const [first] = read(type.toBuffer(['customer'])) as string[];
  const [second] = read(type.toBuffer(['customer'])) as string[];
  expect(second).toBe(first);
});

test.each([
  ['ends inside a string', [2, 20, 0x61]],
  ['has a negative length', [2, 3, 0x61, 0]],
])('a buffer that %s is an error', (_, bytes) => {
  expect(() => read(Buffer.from(bytes))).toThrow();
});
