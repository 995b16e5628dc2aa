import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed } from '../flow-test-bed.ts';
import { TailFollower, type TailBatch } from './tail-follower.ts';

let bed: TestBed;
let bus: EventBus;
let topic: string;
const positions = [0, 0, 0];
const found: string[][] = [[], [], []];
const lost: number[] = [];
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
  topic = await bed.sourceTopic(bus, 3);
  positions.fill(0);
  for (const records of found) records.length = 0;
  lost.length = 0;
});
afterEach(() => bed.close());

function keep({ partition, records, nextOffset }: TailBatch): Promise<void> {
  found[partition]?.push(...records.map(({ value }) => String(value)));
  positions[partition] = nextOffset;
  return Promise.resolve();
}
function follow(take = keep): TailFollower {
  const follower = bed.opened(new TailFollower(bus, { topic, partitions: 3 }));
  follower.follow({
    positionOf: (partition) => positions[partition] ?? 0,
    take,
    untilWanted: () => Promise.resolve(),
    lost: (partition) => {
      lost.push(partition);
      positions[partition] = 0;
    },
  });
  return follower;
}
const send = (partition: number, value: string) => bus.producer().send([outgoing(topic, partition, value)]);

it('gives what every partition holds and gets, in order, and says where they end while it waits there', async () => {
  await send(0, 'a');
  follow();
  await send(2, 'b');
  await send(0, 'c');
  await expect.poll(() => found).toEqual([['a', 'c'], [], ['b']]);
  expect(await bus.ends.of(topic, 3)).toEqual([2, 0, 1]);
});

it('goes on from where it is wanted, also when that has moved by itself', async () => {
  follow();
  await send(1, 'read');
  await expect.poll(() => found[1]).toEqual(['read']);
  const [known = 0] = await send(1, 'known');
  positions[1] = Math.max(positions[1] ?? 0, known + 1);
  await send(1, 'new');
  await expect.poll(() => found[1]?.at(-1)).toBe('new');
  expect(positions[1]).toBe(3);
});

it('brings a batch again that was refused, and tells of a position that the log does not have', async () => {
  let refusals = 0;
  positions[2] = 99;
  follow((batch) => {
    if (refusals > 0) return keep(batch);
    refusals += 1;
    return Promise.reject(new Error('not now'));
  });
  await send(0, 'a');
  await send(2, 'b');
  await expect.poll(() => found, { timeout: 120_000 }).toEqual([['a'], [], ['b']]);
  expect(lost).toEqual([2]);
});
