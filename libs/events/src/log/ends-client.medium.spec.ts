import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EventBus } from '../event-bus.ts';
import { outgoing, TestBed } from '../flow-test-bed.ts';

let bed: TestBed;
let bus: EventBus;
beforeEach(async () => {
  bed = new TestBed();
  bus = await bed.bus();
});
afterEach(() => bed.close());

it('tells the ends of several topics, of those that it has not heard of before as well', async () => {
  const [one, two] = [await bed.sourceTopic(bus, 3), await bed.sourceTopic(bus, 1, 'second')];
  await bus.producer().send([outgoing(one, 0, 'a'), outgoing(one, 0, 'b'), outgoing(one, 2, 'c')]);
  expect(await Promise.all([bus.ends.of(one, 3), bus.ends.of(two, 1)])).toEqual([[2, 0, 1], [0]]);
  const later = await bed.sourceTopic(bus, 2, 'third');
  await bus.producer().send([outgoing(later, 1, 'd')]);
  expect(await Promise.all([bus.ends.of(later, 2), bus.ends.of(one, 1)])).toEqual([[0, 1], [2]]);
});

it('fails for a topic that is not there, and for nobody else', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  const missing = `${bed.config.topicPrefix}absent`;
  const [absent, there] = await Promise.allSettled([bus.ends.of(missing, 1), bus.ends.of(topic, 1)]);
  expect(absent).toMatchObject({ status: 'rejected', reason: { code: 'EVENTS_TOPIC_MISSING' } });
  expect(there).toEqual({ status: 'fulfilled', value: [0] });
});

it('says that it is closed', async () => {
  const topic = await bed.sourceTopic(bus, 1);
  await bus.ends.of(topic, 1);
  await bus.close();
  await expect(bus.ends.of(topic, 1)).rejects.toMatchObject({ code: 'EVENTS_CLOSED' });
});
