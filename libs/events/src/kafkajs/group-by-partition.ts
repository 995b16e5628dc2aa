export interface Grouping<M extends { readonly partition?: number }> {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly M[];
  readonly partitioner: (args: object) => number;
}

/**
 * Messages by partition, in order. kafkajs copies the list once a message, which is quadratic in the size of a batch; and
 * runs the partitioner again on each retry, which is why every message of ours names its partition.
 */
export function groupByPartition<M extends { readonly partition?: number }>(
  grouping: Grouping<M>,
): Record<number, M[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping;
  const groups: Record<number, M[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = message.partition ?? partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group) group.push(message);
    else groups[partition] = [message];
  }
  return groups;
}
