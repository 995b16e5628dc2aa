import type { Cluster, Consumer, Kafka } from 'kafkajs';
import '../kafkajs/load-kafkajs.ts';
import { kafkajs } from '../kafkajs/load-kafkajs.ts';

export interface BareCluster {
  readonly cluster: Cluster;
  /** Owns the connections: `disconnect` closes them. It is never run. */
  readonly consumer: Consumer;
}

/** Connections outside of any group. kafkajs hands its own to the assigner when a consumer is made. */
export function bareCluster(kafka: Kafka): BareCluster {
  let cluster: Cluster | undefined;
  const consumer = kafka.consumer({
    groupId: 'log-reader',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return kafkajs.PartitionAssigners.roundRobin(config);
      },
    ],
  });
  if (cluster === undefined) throw new Error('kafkajs made a consumer without asking its assigner');
  return { cluster, consumer };
}
