import type { Cluster } from 'kafkajs';
import '../kafkajs/load-kafkajs.ts';
import { loadInternal } from '../kafkajs/kafkajs-internals.ts';
import type { PartitionId } from './partition-handler.ts';

interface OffsetManager {
  readonly cluster: Cluster;
  setDefaultOffset(place: PartitionId): Promise<void>;
}

const handlers = new WeakMap<Cluster, (place: PartitionId) => void>();
const { prototype } = loadInternal('src/consumer/offsetManager/index') as { readonly prototype: OffsetManager };
const stock: OffsetManager['setDefaultOffset'] = Reflect.get(prototype, 'setDefaultOffset');

/**
 * When a position lies outside of its log, kafkajs commits "from the beginning" in its place, which wipes out the fence
 * and hides that records were lost. A cluster that is given here is asked instead, and nothing is committed.
 */
export function onOutOfRange(cluster: Cluster, handler: (place: PartitionId) => void): void {
  handlers.set(cluster, handler);
}

prototype.setDefaultOffset = async function (this: OffsetManager, place) {
  const handler = handlers.get(this.cluster);
  if (handler === undefined) await stock.call(this, place);
  else handler({ topic: place.topic, partition: place.partition });
};
