import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Poison } from '../consumer/partition-handler.ts';
import type { OutgoingRecord } from '../outgoing-record.ts';
import { sizeOf } from '../request-room.ts';
import { cutLetter } from './cut-letter.ts';
import type { DeadLetter } from './dead-letter.ts';
import { bury, exhume } from './dead-letter-record.ts';

const maxBytes = 20_000;
const burial = { deadLetterTopic: 'g.dead-letters', deadLetterPartitions: 4, group: 'g', generation: 0, nowMs: 7 };

function letterOf(record: Partial<Poison['record']>): OutgoingRecord {
  const whole = { topic: 't', partition: 1, offset: 5, timestampMs: 3, key: null, value: null, headers: {}, ...record };
  return bury({ record: whole, reason: 'undecodable', message: 'too large' }, burial);
}

function read(letter: OutgoingRecord): DeadLetter {
  const headers = (letter.headers ?? {}) as Record<string, Buffer>;
  const entry = exhume({ ...letter, headers, offset: 0, timestampMs: 0 });
  if (entry.kind !== 'letter') throw new Error('no letter');
  return entry.letter;
}

const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => i % 251));
const sha256 = (of: Buffer): string => createHash('sha256').update(of).digest('hex');

test('a value that is too large keeps its beginning, its size and its hash, and everything else', () => {
  const value = bytes(50_000);
  const letter = cutLetter(letterOf({ key: Buffer.from('k'), value, headers: { trace: Buffer.from('x') } }), maxBytes);
  expect(sizeOf(letter)).toBeLessThanOrEqual(maxBytes);
  const found = read(letter);
  expect(found).toMatchObject({ topic: 't', partition: 1, offset: 5, reason: 'undecodable', valueBytes: 50_000 });
  expect(found).toMatchObject({ key: Buffer.from('k'), headers: { trace: Buffer.from('x') } });
  expect(found.cut).toEqual([{ part: 'value', sizeBytes: 50_000, sha256: sha256(value) }]);
  const kept = found.value?.length ?? 0;
  expect(kept).toBeGreaterThan(maxBytes - 3_000);
  expect(found.value?.equals(value.subarray(0, kept))).toBe(true);
});

test('a key and headers that would leave no room are cut as well', () => {
  const key = bytes(30_000);
  const headers = { a: bytes(9_000), 'millrace-dlq-reason': bytes(9_000) };
  const letter = cutLetter(letterOf({ key, value: bytes(9_000), headers }), maxBytes);
  expect(sizeOf(letter)).toBeLessThanOrEqual(maxBytes);
  const found = read(letter);
  expect(found.reason).toBe('undecodable');
  expect(found.headers).toEqual({});
  expect(found.cut).toMatchObject([{ part: 'headers' }, { part: 'key', sizeBytes: 30_000, sha256: sha256(key) }]);
  expect(found.value).toHaveLength(9_000);
});

test('what lies in the topic and is no note of ours cuts nothing', () => {
  const letter = letterOf({ value: bytes(3) });
  expect(read({ ...letter, headers: { ...letter.headers, 'millrace-dlq-cut': Buffer.from('{') } }).cut).toEqual([]);
  expect(read(letter)).toMatchObject({ cut: [], valueBytes: 3 });
});
