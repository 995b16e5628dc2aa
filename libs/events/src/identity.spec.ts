import { expect, test } from 'vitest';
import { eventId, lanePartition } from './identity.ts';

test('an event id names lane, source topic, generation, partition and offset, for subscribers in any language', () => {
  const identity = {
    lane: 'fraud@2',
    sourceTopic: 'transactions',
    generation: 1,
    sourcePartition: 3,
    sourceOffset: 42,
  };
  expect(eventId(identity)).toBe('fraud@2|transactions|1|3|42');
});

test('the source partitions of a lane spread evenly over the partitions of a derived topic', () => {
  const used = Array.from({ length: 16 }, (_, partition) => lanePartition('fraud@2', 'transactions', partition, 16));
  expect(new Set(used).size).toBe(16);
});

test('lane partitions are frozen: stored watermarks depend on them', () => {
  expect(lanePartition('fraud@2', 'transactions', 0, 16)).toBe(2);
  expect(lanePartition('fraud@2', 'transactions', 5, 16)).toBe(7);
  expect(lanePartition('card-risk@1', 'payments', 2, 16)).toBe(7);
});
