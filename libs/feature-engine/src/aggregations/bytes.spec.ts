import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter } from './bytes.ts';

const written = fc.oneof(
  fc.record({ as: fc.constant('u8' as const), value: fc.nat(0xff) }),
  fc.record({ as: fc.constant('u16' as const), value: fc.nat(0xffff) }),
  fc.record({ as: fc.constant('u32' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ as: fc.constant('i32' as const), value: fc.integer() }),
  fc.record({ as: fc.constant('f64' as const), value: fc.double() }),
  fc.record({ as: fc.constant('text' as const), value: fc.string({ unit: 'grapheme', maxLength: 400 }) }),
);

function write(writer: ByteWriter, as: 'u8' | 'u16' | 'u32' | 'i32' | 'f64' | 'text', value: number | string): void {
  if (as === 'text') writer.text(String(value));
  else writer[as](Number(value));
}

describe('bytes', () => {
  it('are read as they were written, whatever their number', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 60 }), fc.uint8Array({ maxLength: 600 }), (values, raw) => {
        const writer = new ByteWriter();
        for (const { as, value } of values) write(writer, as, value);
        writer.raw(raw);
        const reader = new ByteReader(writer.done());
        for (const { as, value } of values) expect(reader[as]()).toBe(value);
        expect(reader.raw(raw.length)).toEqual(raw);
        expect(reader.left).toBe(0);
      }),
    );
  });

  it('are refused when they end too soon', () => {
    const writer = new ByteWriter();
    writer.text('a text');
    const bytes = writer.done();
    expect(() => new ByteReader(bytes.subarray(0, 5)).text()).toThrow('6 bytes are needed at 4, and there are 1');
  });
});
