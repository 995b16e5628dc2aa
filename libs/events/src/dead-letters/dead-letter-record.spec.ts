import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../consumer/source-record.ts';
import { placeOf } from './dead-letter.ts';
import { bury, exhume, replayMark } from './dead-letter-record.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const records = fc.record({
  topic: fc.constant('transactions'),
  partition: fc.nat({ max: 20 }),
  offset: fc.nat(),
  timestampMs: fc.nat(),
  key: fc.option(bytes, { nil: null }),
  value: fc.option(bytes, { nil: null }),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), bytes, { noNullPrototype: true }),
  // A list is written for a header that is repeated or has no value.
  unusualHeaders: fc.dictionary(
    fc.string({ minLength: 9, maxLength: 12 }),
    fc.array(fc.option(bytes), { minLength: 1, maxLength: 3 }),
    { noNullPrototype: true },
  ),
});
const burial = {
  deadLetterTopic: 'g.dead-letters',
  deadLetterPartitions: 4,
  group: 'g',
  generation: 2,
  nowMs: 1_700_000_000_000,
};

function asRead(letter: ReturnType<typeof bury>): SourceRecord {
  // Without prototypes, as a record's are: a header may be called __proto__.
  const headers = Object.create(null) as Record<string, Buffer>;
  const unusualHeaders = Object.create(null) as Record<string, readonly (Buffer | null)[]>;
  for (const [name, value] of Object.entries(letter.headers ?? {}))
    if (Buffer.isBuffer(value)) headers[name] = value;
    else unusualHeaders[name] = value;
  return { ...letter, headers, unusualHeaders, offset: 0, timestampMs: 5, topic: letter.topic };
}

describe('a dead letter', () => {
  it('gives back the record as it was, with what happened to it', () => {
    fc.assert(
      fc.property(records, fc.string({ maxLength: 3000, unit: 'grapheme' }), (record, message) => {
        const letter = bury({ record, reason: 'undecodable', message }, burial);
        expect(letter.partition).toBe(record.partition % 4);
        const entry = exhume(asRead(letter));
        if (entry.kind !== 'letter') throw new Error('no letter');
        const { topic, partition, offset, timestampMs, key, value, headers, unusualHeaders } = record;
        expect(entry.letter).toMatchObject({ topic, partition, offset, timestampMs, key, value });
        expect({ ...entry.letter.headers }).toEqual({ ...headers, ...unusualHeaders });
        expect(entry.letter).toMatchObject({ group: 'g', generation: 2, reason: 'undecodable', atMs: burial.nowMs });
        expect(Buffer.byteLength(entry.letter.message)).toBeLessThanOrEqual(1024);
        expect(message.startsWith(entry.letter.message)).toBe(true);
      }),
    );
  });

  it('names the schema that its value claims', () => {
    const record = { topic: 't', partition: 0, offset: 1, timestampMs: 0, key: null, headers: {} };
    const of = (value: Buffer): unknown => {
      const entry = exhume(asRead(bury({ record: { ...record, value }, reason: 'r', message: '' }, burial)));
      return entry.kind === 'letter' ? entry.letter.schemaId : undefined;
    };
    expect(of(Buffer.from([0, 0, 0, 1, 2, 9]))).toBe(258);
    expect(of(Buffer.from([1, 0, 0, 1, 2, 9]))).toBeNull();
    expect(of(Buffer.from([0, 0]))).toBeNull();
  });

  it('is known to have been brought back by a mark in the same topic', () => {
    const record = { topic: 't', partition: 6, offset: 1, timestampMs: 0, key: null, value: null, headers: {} };
    const entry = exhume(asRead(bury({ record, reason: 'r', message: '' }, burial)));
    if (entry.kind !== 'letter') throw new Error('no letter');
    const mark = exhume(asRead(replayMark(entry.letter, { topic: 'g.dead-letters', partition: 2 })));
    expect(mark).toEqual({ kind: 'replayed', place: placeOf(entry.letter), atMs: 5 });
    expect(exhume(asRead({ topic: 'x', partition: 0, key: null, value: null }))).toEqual({ kind: 'foreign' });
  });

  it('cannot be hidden or changed by headers that the record came with', () => {
    const headers = {
      'millrace-dlq-replayed': Buffer.from('t|0|0|1'),
      'millrace-dlq-reason': Buffer.from('fine'),
      'millrace-dlq-original-x': Buffer.from('y'),
    };
    const record = { topic: 't', partition: 0, offset: 1, timestampMs: 0, key: null, value: null, headers };
    const entry = exhume(asRead(bury({ record, reason: 'undecodable', message: '' }, burial)));
    expect(entry).toMatchObject({ kind: 'letter', letter: { reason: 'undecodable', replayedAtMs: null } });
    expect(entry.kind === 'letter' && { ...entry.letter.headers }).toEqual(headers);
  });
});
