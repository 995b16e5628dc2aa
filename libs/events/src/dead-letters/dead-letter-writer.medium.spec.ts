import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Poison } from '../consumer/partition-handler.ts';
import type { EventBus } from '../event-bus.ts';
import { TestBed } from '../flow-test-bed.ts';
import { readTopic } from '../read-topic.ts';
import { DeadLetterWriter } from './dead-letter-writer.ts';
import { listDeadLetters, replayDeadLetters } from './dead-letters.ts';

const mebibyte = 1024 * 1024;
let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

function poison(topic: string, values: readonly Buffer[]): Poison[] {
  return values.map((value, offset) => ({
    record: { topic, partition: 1, offset, timestampMs: 0, key: Buffer.from('k'), value, headers: {} },
    reason: 'undecodable',
    message: 'no record of ours',
  }));
}

test('letters of any size and number are written, whole where the topic can hold them', async () => {
  const topic = await bed.sourceTopic(bus, 2);
  const writer = new DeadLetterWriter(bus, 'g');
  await writer.ensureTopic();
  const together = Array.from({ length: 4 }, (_, i) => Buffer.alloc(5 * mebibyte, i));
  const compressible = Buffer.alloc(20 * mebibyte, 7);
  const tooLarge = randomBytes(17 * mebibyte);
  const values = [...together, compressible, tooLarge, Buffer.from('small')];
  await writer.write(poison(topic, values), 0);

  const letters = await listDeadLetters(bus, { group: 'g' });
  expect(letters.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(letters.map(({ value }, i) => values[i]?.equals(value ?? Buffer.alloc(0)))).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
  const cut = letters[5];
  expect(cut).toMatchObject({ valueBytes: tooLarge.length, cut: [{ part: 'value', sizeBytes: tooLarge.length }] });
  const kept = cut?.value?.length ?? 0;
  expect(kept).toBeGreaterThan(15 * mebibyte);
  expect(cut?.value?.equals(tooLarge.subarray(0, kept))).toBe(true);

  // Its topic takes 8 MiB: it must have come compressed.
  expect(await Array.fromAsync(replayDeadLetters(bus, { group: 'g', topic, offset: 4 }))).toHaveLength(1);
  expect((await readTopic(bus, topic)).map(({ value }) => value?.equals(compressible))).toEqual([true]);
  const replay = Array.fromAsync(replayDeadLetters(bus, { group: 'g', topic, offset: 5 }));
  await expect(replay).rejects.toMatchObject({ code: 'EVENTS_LETTER_CUT' });
});
