import { partitioners } from '@millrace/events';
import type { LogPartition, StateFence } from '@millrace/online-store';
import { describe, expect, it } from 'vitest';
import type { PushedPlace } from '../flow/feast/push-features.ts';
import { FeaturesUnderTest } from '../flow/definitions-for-tests.ts';
import { blueprintsOf } from '../flow/source-blueprint.ts';
import { OnlineProgress } from './online-progress.ts';

const [blueprint] = blueprintsOf(FeaturesUnderTest.serving().state);
if (!blueprint) throw new Error('nothing is served');
const source = blueprint;

/** Fences by topic and partition, and the ends of every topic's partitions. */
function progressWith(next: Readonly<Record<string, number>>, ends: readonly number[] = []): OnlineProgress {
  const fenceOf = ({ topic, partition }: LogPartition): StateFence | null => {
    const nextOffset = next[`${topic}/${partition}`];
    return nextOffset === undefined ? null : { nextOffset, lastHash: '', partitions: 1, extra: Buffer.alloc(0) };
  };
  return new OnlineProgress(
    { fences: async (logs) => logs.map(fenceOf) },
    { name: (topic) => `mine.${topic}`, endOffsets: async () => [...ends] },
  );
}

function placed(partition: number, offset: number, shop: string | null): PushedPlace {
  const rekeyed = [shop === null ? null : { entity: shop, inputs: { numbers: [], strings: [] } }];
  const record = { topic: 'payments', partition, offset, timestampMs: 0, key: null, value: null, headers: {} };
  const event = { eventTimeMs: 0, entity: null, id: null };
  return { partition, offset, candidate: { record, row: {}, event, ownInputs: [], rekeyed, serviceKeys: [] } };
}

describe('progress of what is read online', () => {
  it('has a source’s events when the fence of each of their partitions lies behind the last of them', async () => {
    const places = [placed(0, 4, null), placed(0, 3, null), placed(1, 9, null)];
    const reached = (first: number, second: number) =>
      progressWith({ 'source.payments/0': first, 'source.payments/1': second }).ofSource(source, places);
    expect(await Promise.all([reached(5, 10), reached(4, 10), reached(5, 9)])).toEqual([true, false, false]);
    expect(await progressWith({}).ofSource(source, places)).toBe(false);
  });

  it('has what went to a view’s own log when its owner has applied all that lies there', async () => {
    const [view] = source.rekeyedViews;
    const partitions = view?.rekeyedTopic?.partitions ?? 0;
    const partition = partitioners.murmur2(Buffer.from('s-1'), partitions);
    const endOffsets = Array.from({ length: partitions }, (_, p) => 100 + p);
    const places = [placed(0, 4, 's-1'), placed(0, 5, 's-1'), placed(0, 6, null)];
    const ends = await progressWith({}, endOffsets).viewLogEnds(source, places);
    expect(ends).toEqual([{ view, partition, endOffset: 100 + partition }]);
    const reached = (next: number) => progressWith({ [`mine.${view?.stateTopic}/${partition}`]: next }).ofViews(ends);
    expect(await Promise.all([reached(100 + partition), reached(99 + partition)])).toEqual([true, false]);
  });
});
