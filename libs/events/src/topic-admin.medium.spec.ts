import { topicFamilies, topicOfFamily, topics } from '@millrace/schemas';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventBus } from './event-bus.ts';
import { TestBed, outgoing } from './flow-test-bed.ts';

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

test('topics are created with their configuration, and creating them again changes nothing', async () => {
  const wanted = [topics['features.vectors'], topics['registry.journal'], topics['registry.model-promoted']];
  await bus.topics.ensure(wanted);
  await bus.topics.ensure(wanted);
  expect(await bus.topics.partitions(bus.topics.name('features.vectors'))).toBe(16);
  expect(await bus.topics.partitions(bus.topics.name('registry.journal'))).toBe(1);
});

test('a topic with other settings is refused with the topic, each setting, both values and the remedy', async () => {
  const { outcomes } = topics;
  await bus.topics.ensure([{ ...outcomes, partitions: 3, retentionMs: 60_000 }]);
  const refusal = bus.topics.ensure([outcomes]);
  await expect(refusal).rejects.toMatchObject({ code: 'EVENTS_TOPIC_MISMATCH' });
  await expect(refusal).rejects.toThrow(`topic "${bus.topics.name('outcomes')}" has partitions = 3, 8 is configured`);
  await expect(refusal).rejects.toThrow('retention.ms = 60000, -1 is configured: run "kafka-configs --alter');
});

test('two processes that create the same topics at once both succeed', async () => {
  const other = await bed.bus();
  const wanted = [topics['drift.reports'], topics['drift.alerts'], topics['tracking.runs']];
  await Promise.all([bus.topics.ensure(wanted), other.topics.ensure(wanted)]);
  expect(await bus.topics.partitions(bus.topics.name('tracking.runs'))).toBe(8);
});

test('begin and end offsets come by partition', async () => {
  const topic = await bed.sourceTopic(bus, 3);
  await bus.producer().send([outgoing(topic, 2, 'a'), outgoing(topic, 0, 'b'), outgoing(topic, 2, 'c')]);
  expect(await bus.topics.endOffsets(topic)).toEqual([1, 0, 2]);
  expect(await bus.topics.beginOffsets(topic)).toEqual([0, 0, 0]);
});

test('an absent topic is a coded error', async () => {
  await expect(bus.topics.endOffsets(`${bed.config.topicPrefix}absent`)).rejects.toMatchObject({
    code: 'EVENTS_TOPIC_MISSING',
  });
});

test('a dead-letter topic takes a record larger than any source does', async () => {
  const family = topicFamilies['{group}.dead-letters'];
  const spec = topicOfFamily(family, 'features');
  await bus.topics.ensure([spec]);
  const topic = bus.topics.name('features.dead-letters');
  const value = Buffer.alloc(9 * 1024 * 1024, 7);
  expect(await bus.producer().send([{ topic, partition: 0, key: null, value }])).toEqual([0]);
});
